"""The numbered event log, written with the facts, and reading as of one event."""
