"""Camera clocks and their repairs."""
