"""Spotlight: the project's wiring."""
