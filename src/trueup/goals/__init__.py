"""Goals: how customers are measured, how far they have come, and the measures and questions to find that out with."""
