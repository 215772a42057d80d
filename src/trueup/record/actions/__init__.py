"""What may be done to the record: each one a whole transaction, by somebody, at a moment."""
