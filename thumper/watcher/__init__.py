"""Finds files that are whole: events are hints, the scan is the truth.

Writes to the database only through `ingest`. The only room that knows watchdog.
"""
