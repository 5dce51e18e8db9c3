"""People, their sessions and tokens, and who asks."""
