#!/usr/bin/env bash
# A Chromium for the tests: one on the PATH, else Debian's by apt when root, else Playwright's own download.
set -euo pipefail
cd "$(dirname "$0")/.."

has_browser() {
  for name in "${SPOTLIGHT_BROWSER:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

may_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

if ! has_browser; then
  if may_apt; then
    echo "· Chromium …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
  else
    .venv/bin/python -m playwright install chromium
  fi
fi
