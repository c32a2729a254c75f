"""The scoring program: recipe and files in, standings out. See `docs/scoring.md`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .compute import Result, check_inputs, compute
from .errors import FileError, RecipeError, ScoringError
from .explain import as_text, explain
from .files import decode, read_points, read_readings, read_sheets
from .inputs import Point, Readings, Sheet
from .recipe import Recipe, locate
from .whatif import Change, vary


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with the error on stderr and nothing written."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except ScoringError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename or ''}, line 1, column 1: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m judging.scoring", description=__doc__)
    parser.add_argument("recipe", metavar="RECIPE.toml")
    parser.add_argument("--sheets", metavar="SHEETS.csv")
    parser.add_argument("--popularity", metavar="READINGS.csv")
    parser.add_argument("--points", metavar="POINTS.csv")
    parser.add_argument("--out", metavar="STANDINGS.csv")
    parser.add_argument("--explain", metavar="ENTRY", help="print the derivation of one entry")
    parser.add_argument(
        "--what-if", metavar="popularity=0.4:0.6:0.05", help="print how the selected set changes"
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    text = decode(Path(options.recipe).read_bytes(), name=options.recipe)
    recipe = Recipe.from_toml(text, name=options.recipe)
    by_points = recipe.blend.method == "eurovision"
    given = {
        "sheets": not by_points and options.sheets is not None,
        "readings": not by_points and options.popularity is not None,
        "points": by_points and options.points is not None,
    }
    try:
        if by_points and not given["points"]:
            raise RecipeError("blend", "method", "eurovision needs a file of points")
        check_inputs(recipe, **given)
    except RecipeError as error:
        raise FileError(options.recipe, *locate(text, error.table, error.key), str(error)) from error
    sheets = _sheets(options.sheets, recipe) if given["sheets"] else None
    readings = _readings(options.popularity) if given["readings"] else None
    points = _points(options.points) if given["points"] else None
    result = compute(recipe, sheets=sheets, readings=readings, points=points)
    output = _explained(result, options.explain) if options.explain is not None else ""
    if options.what_if is not None:
        output += _changes(vary(recipe, options.what_if, sheets=sheets, readings=readings, points=points))
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if options.out:
        _write(Path(options.out), result.to_csv())
    sys.stdout.write(output)


def _explained(result: Result, entry: str) -> str:
    try:
        return as_text(explain(result, entry))
    except KeyError:
        raise ScoringError(f"--explain {entry!r}: no entry has this code") from None


def _changes(changes: list[Change]) -> str:
    lines = []
    for change in changes:
        parts = [f"in {', '.join(change.entered)}"] if change.entered else []
        parts += [f"out {', '.join(change.left)}"] if change.left else []
        lines.append(f"{change.label}: {'; '.join(parts) or 'no change'}\n")
    return "".join(lines)


def _read(path: str) -> str:
    return decode(Path(path).read_bytes(), name=path)


def _sheets(path: str, recipe: Recipe) -> list[Sheet]:
    return read_sheets(_read(path), criteria=[name for name, _ in recipe.panel.criteria], name=path)


def _readings(path: str) -> Readings:
    return Readings.of(read_readings(_read(path), name=path))


def _points(path: str) -> list[Point]:
    return read_points(_read(path), name=path)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


if __name__ == "__main__":
    sys.exit(main())
