"""Who may ask, and what they did."""
