"""Locations, cameras and deployments."""
