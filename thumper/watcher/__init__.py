"""Finds files that are whole: events are hints, the scan is the truth.

Keeps the ledger of what is there through the store; what becomes of a file is written only by `ingest`. The only room
that knows watchdog.
"""
