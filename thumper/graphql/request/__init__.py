"""Judging a request before it runs, and wording what went wrong."""
