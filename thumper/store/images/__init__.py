"""Photos, the boxes that detectors drew on them, and the detectors."""
