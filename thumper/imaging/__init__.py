"""Turns photo files into pixels and small pictures; hostile bytes are decoded in child processes only.

Knows no database and no model.
"""
