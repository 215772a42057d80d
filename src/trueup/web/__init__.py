"""The pages: each view parses what was asked, asks the answers and the record, and shows."""
