#!/usr/bin/env bash
# Makes .venv with Python 3.12 and exactly what requirements.lock names.
set -euo pipefail
cd "$(dirname "$0")/.."

began=$SECONDS
echo "· Packages …"
uv=$(deploy/uv.sh)

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null; then
  "$uv" venv --quiet --clear --python 3.12 .venv
fi
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
touch .venv/.lock-installed
echo "  $((SECONDS - began)) s"
