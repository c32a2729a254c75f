"""What an outsider checks a season's results with: two programs of the standard library that import nothing of ours."""

from pathlib import Path

PROGRAMS = tuple(Path(__file__).parent / name for name in ("verify_results.py", "recompute.py"))
"""They travel in every bundle of proof."""
