"""What has ever happened, counted for monitoring."""
