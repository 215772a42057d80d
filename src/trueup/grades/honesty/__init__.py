"""Whether grades meant something: outcomes held against the grades that came before them."""
