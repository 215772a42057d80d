"""What several analyses reckon with: how well scores order outcomes, and how sure a rate or a coefficient is."""
