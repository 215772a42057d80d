"""What would have happened anyway, what was achieved beyond it, and how little of it is certain enough to pay for."""
