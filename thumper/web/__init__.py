"""Serves HTTP, streams of events and WebSocket around the API. Holds no rules of the domain and no queries."""
