"""Taking files in: each whole file becomes known exactly once, with row, job and feed entry in one transaction.

Watching folders and detecting animals are done elsewhere.
"""
