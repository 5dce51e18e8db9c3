"""Validating a request before it runs, and formatting its errors."""
