"""Exit status 0 if the web server of this container can serve; for the health check."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_ready(host: str, port: int) -> bool:
    """Ask /readyz under the public name, as the proxy in front would."""
    name = urlsplit(os.environ.get("SITE_URL", "")).netloc or f"{host}:{port}"
    connection = http.client.HTTPConnection(host, port, timeout=8)
    try:
        connection.request("GET", "/readyz", headers={"Host": name, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready("127.0.0.1", int(os.environ.get("PORT", "8000"))) else 1)
