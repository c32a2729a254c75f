#!/usr/bin/env bash
# Resolves pyproject.toml into requirements.lock: every platform, with hashes, without any address.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(deploy/uv.sh)
"$uv" pip compile --quiet --universal --python-version 3.12 --group pyproject.toml:dev pyproject.toml \
  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header "$@" -o requirements.lock
if grep -nE '://|^-' requirements.lock; then
  echo "requirements.lock must hold no address and no option" >&2
  exit 1
fi
