"""`python -m tests.proof [--port 8307] [--keep]`: walks the season and writes `var/proof/report.md` with pictures."""

import argparse
import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Prepare the servers on a state of their own, then walk."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description="A season on real music.")
    parser.add_argument("--port", type=int, default=8307)
    parser.add_argument("--keep", action="store_true", help="go on with the state of the last run")
    options = parser.parse_args()
    folder = Path(os.environ.get("SPOTLIGHT_VAR") or ROOT / "var").resolve() / "proof"
    os.environ |= {
        "SPOTLIGHT_VAR": str(folder / "state"), "SITE_URL": f"http://127.0.0.1:{options.port}",
        "DJANGO_SETTINGS_MODULE": "spotlight.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }  # fmt: skip
    if not options.keep:
        _forget(folder)
    with _serving(options.port, folder):
        django.setup()
        walk = importlib.import_module("tests.proof.walk")  # it needs the settings of this run
        walk.Walk(folder, os.environ["SITE_URL"]).run()
    print(f"Report: {folder / 'report.md'}")
    return 0


def _forget(folder: Path) -> None:
    """Remove the state of an older run; the music stays."""
    subprocess.run(
        [sys.executable, "-m", "spotlight.embedded", "stop"], cwd=ROOT, check=False, capture_output=True
    )
    for name in ("state", "shots"):
        shutil.rmtree(folder / name, ignore_errors=True)


@contextlib.contextmanager
def _serving(port: int, folder: Path) -> Iterator[None]:
    """Gunicorn, Celery worker and beat, PostgreSQL and Redis, as `make run` starts them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "serve.log").open("wb") as log:
        command = [sys.executable, "-m", "spotlight.serve", "--port", str(port), "--no-demo"]
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait(port, server)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("The servers did not start; see var/proof/serve.log.")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5),
        ):
            time.sleep(3)
            return
        time.sleep(0.5)
    raise SystemExit("The servers did not answer; see var/proof/serve.log.")


if __name__ == "__main__":
    sys.exit(main())
