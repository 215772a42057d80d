"""The pages of grades."""
