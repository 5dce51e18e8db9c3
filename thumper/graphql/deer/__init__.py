"""Known deer and their sightings."""
