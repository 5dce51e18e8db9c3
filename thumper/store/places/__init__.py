"""Locations, cameras, and which camera hung where."""
