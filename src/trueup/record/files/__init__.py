"""Entries as files: what people keep in spreadsheets goes into the record by the rules of its pages, and comes out."""
