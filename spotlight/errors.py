"""The refusals that Spotlight expects: each says what happened and, where it can, at which field."""


class SpotlightError(Exception):
    """An expected refusal. Views show it, the API answers `status` with `code`; anything else crashes loudly."""

    code = "refused"
    status = 409
    challenge = ""
    """How to authenticate, for the WWW-Authenticate of a 401 (RFC 9110, 11.6.1)."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(SpotlightError):
    """What was sent can't be accepted as it is; `field` names where."""

    code = "invalid"
    status = 400


class NotFound(SpotlightError):
    """Unknown to this person: forbidden and missing look the same."""

    code = "not_found"
    status = 404
