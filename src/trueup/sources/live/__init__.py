"""Live sources: what a system's API is asked for, page by page, and how its answers become rows of its tables."""
