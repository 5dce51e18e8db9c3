"""Known deer, their sightings, and what people said of boxes."""
