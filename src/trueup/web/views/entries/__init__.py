"""Pages on which people enter: one file per subject."""
