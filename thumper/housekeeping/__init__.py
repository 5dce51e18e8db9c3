"""Keeps a home from growing for ever. It never removes what could not be made again, and no original."""
