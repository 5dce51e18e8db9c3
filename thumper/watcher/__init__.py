"""Finds files that are whole: events are hints, the scan is the truth.

Writes down itself only that a file is there and how the folder is watched; what becomes of a file is written by
`ingest`. The only room that knows watchdog.
"""
