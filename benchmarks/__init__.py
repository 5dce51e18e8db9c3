"""Measured comparisons with named rivals. Results are in RESULTS.md."""
