"""The web server of a production container: check the database, then become gunicorn."""

from __future__ import annotations

import os
import sys

from spotlight.serve import children, preparation


def main() -> None:
    """Refuses to serve from an unsafe database; otherwise never returns."""
    try:
        preparation.check_production(dict(os.environ))
    except preparation.CannotServe as error:
        sys.exit(str(error))
    command = children.web(
        "0.0.0.0", int(os.environ.get("PORT", "8000")), int(os.environ.get("WEB_PROCESSES", "4"))
    )
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
