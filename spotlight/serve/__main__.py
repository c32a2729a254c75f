"""`python -m spotlight.serve [--host 127.0.0.1] [--port 8000] [--no-demo]`."""

from __future__ import annotations

import argparse
import os
import sys

from spotlight import embedded
from spotlight.serve.preparation import CannotServe
from spotlight.serve.supervisor import Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m spotlight.serve", description="Run all of Spotlight on this machine."
    )
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--no-demo", action="store_true", help="leave the database as it is")
    options = parser.parse_args()
    supervisor = Supervisor(
        state=embedded.default_state(), host=options.host, port=options.port, demo=not options.no_demo
    )
    try:
        supervisor.run()
    except (CannotServe, embedded.EmbeddedError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
