"""The status of the system, its running processes, and what changed."""
