"""What an outsider checks a season's results with: programs of the standard library that import nothing of ours."""

from pathlib import Path

PROGRAMS = tuple(
    Path(__file__).parent / f"{name}.py" for name in ("verify_results", "recompute", "methods", "arithmetic")
)
"""They travel in every bundle of proof."""
