"""Scoring: recipe and inputs in, standings out. Pure Python and numpy; no Django, clock or settings."""

from .compute import Result, Standing, compute
from .errors import FileError, RecipeError, ScoringError
from .inputs import Cell, Point, Reading, Readings, Sheet, Sheets, Windows
from .recipe import VERSION, Recipe

__all__ = [
    "VERSION",
    "Cell",
    "FileError",
    "Point",
    "Reading",
    "Readings",
    "Recipe",
    "RecipeError",
    "Result",
    "ScoringError",
    "Sheet",
    "Sheets",
    "Standing",
    "Windows",
    "compute",
]
