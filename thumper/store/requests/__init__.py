"""Requests that clients may send again."""
