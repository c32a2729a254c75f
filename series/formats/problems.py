"""What is wrong with a text that somebody wrote, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field


def gettext_noop(message: str) -> str:
    """Marks a message for the catalogues; whoever shows the problem translates it."""
    return message


@dataclass(frozen=True)
class Problem:
    """One thing to repair: the line (from 1), a sentence that says what to do, and the values to put into it.

    Translate `message` first, then fill it in with `%`.
    """

    line: int
    message: str
    values: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"Line {self.line}: {self.message % self.values}"


class Malformed(ValueError):
    """A text that cannot be used; `problems` holds at least one, in the order of their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(str(problem) for problem in self.problems))
