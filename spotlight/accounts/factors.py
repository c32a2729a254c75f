"""The second factor with which somebody confirmed a step, as services note it in the event log."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Factor:
    """How somebody confirmed (`totp`, `recovery_codes` or `demo`), and how many seconds before the step."""

    method: str
    age: int


def facts_of(factor: Factor | None) -> dict[str, str | int]:
    """What the event log keeps of a factor; nothing where a program acted."""
    return {"factor": factor.method, "factor_age": factor.age} if factor else {}
