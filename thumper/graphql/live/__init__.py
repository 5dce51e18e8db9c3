"""The status and the subscriptions."""
