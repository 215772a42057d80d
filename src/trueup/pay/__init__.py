"""Pay: what follows from credit, rates, shares and verified value, exactly, before anything of it is posted."""
