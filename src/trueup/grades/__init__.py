"""Grades: whom to serve, whom we neglect, whom we merely chase; each letter explained line by line."""
