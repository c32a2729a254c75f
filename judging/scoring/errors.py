"""Refusals of the scoring library. Pure: no Django, so they do not derive from the project's base error."""


class ScoringError(Exception):
    """Inputs that cannot be scored; the message says what is wrong."""


class FileError(ScoringError):
    """An error at a place in a file; `line` and `column` count from 1."""

    def __init__(self, file: str, line: int, column: int, problem: str, *, name: str = "") -> None:
        label = f" ({name})" if name else ""
        super().__init__(f"{file}, line {line}, column {column}{label}: {problem}")
        self.file, self.line, self.column, self.problem = file, line, column, problem


class RecipeError(ScoringError):
    """A recipe that cannot be used; `table` and `key` say where."""

    def __init__(self, table: str, key: str, problem: str) -> None:
        place = f"[{table}] {key}".strip() if table else key
        super().__init__(f"{place}: {problem}" if place else problem)
        self.table, self.key, self.problem = table, key, problem
