#!/usr/bin/env bash
# Prints the path of a uv that really runs: one on the PATH, else our own in the state folder.
set -euo pipefail
cd "$(dirname "$0")/.."

if uv --version >/dev/null 2>&1; then
  command -v uv
  exit
fi
tools="${SPOTLIGHT_VAR:-var}/tools"
if ! "$tools/bin/uv" --version >/dev/null 2>&1; then
  python=""
  for name in python3.12 python3 python; do
    if "$name" -c 'import venv, ensurepip' >/dev/null 2>&1; then python=$name; break; fi
  done
  if [ -z "$python" ]; then
    echo "Neither uv nor a Python with venv is here. Install Python 3.12 (on Debian also python3-venv), or uv." >&2
    exit 1
  fi
  mkdir -p "$(dirname "$tools")"
  "$python" -m venv --clear "$tools"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "uv>=0.8" >&2
fi
echo "$tools/bin/uv"
