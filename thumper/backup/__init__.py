"""Keeps what years of work came to in a folder that proves itself, and brings it back.

Refuses to call anything a backup that was not read back and restored once, and to restore over data.
"""
