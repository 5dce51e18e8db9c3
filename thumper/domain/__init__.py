"""What things are, decided without I/O: states, boxes, labels, capture times, messages."""
