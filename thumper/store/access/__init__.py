"""Who may sign in, and what of the rows each role sees."""
