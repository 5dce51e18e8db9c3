"""What leaves Thumper for other programs."""
