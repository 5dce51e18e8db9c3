"""Thumper: trail-camera dumps in, deer out. This module holds only the version."""

__version__ = "0.1.0"
