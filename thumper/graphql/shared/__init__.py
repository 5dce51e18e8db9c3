"""What this process computes once for everybody who asks."""
