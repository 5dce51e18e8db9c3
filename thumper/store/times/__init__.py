"""Camera clocks: what is doubtful, what was repaired, and the times that follow."""
