"""Trueup measures a company through its customers' eyes."""

__version__ = "0.1.0"
