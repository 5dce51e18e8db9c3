"""People, their sessions and tokens, who asks, and what they did."""
