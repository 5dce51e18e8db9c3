"""Watching the drop folder for files that are completely written: events are hints, the scan decides.

It records through the store which files are there; their outcomes are written only by `ingest`. The only package that
imports watchdog.
"""
