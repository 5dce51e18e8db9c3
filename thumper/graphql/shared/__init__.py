"""What this process computes once for all clients that ask for it."""
