"""The programming interface: the same answers and the same rights as the pages, in JSON."""
