"""Worksheets learned from past outcomes, drawn to a hand-made one."""
