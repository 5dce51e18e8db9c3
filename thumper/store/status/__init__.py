"""How everything stands now, which processes live, and what changed."""
