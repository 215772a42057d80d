"""Which KPIs truly predict: found by evidence from later dates only, or said to be beyond what the data can tell."""
