"""Schema migrations of Thumper, in order. Never edited after a release."""
