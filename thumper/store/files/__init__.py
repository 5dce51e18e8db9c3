"""Rows of dumps and of their files: files are registered, get an outcome, and are counted in a receipt."""
