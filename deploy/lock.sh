#!/usr/bin/env bash
# Resolves pyproject.toml into requirements.lock (all) and deploy/requirements.lock (without the developers' tools):
# every platform, with hashes, without any address. Locked versions stay; name what may move: make lock ARGS="-P django".
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(deploy/uv.sh)

resolve() {
  "$uv" pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-header pyproject.toml "${@:2}" -o "$1" >/dev/null
  if grep -nE '://|^-' "$1"; then
    echo "$1 must hold no address and no option" >&2
    exit 1
  fi
}

resolve requirements.lock --group pyproject.toml:dev "$@"
resolve deploy/requirements.lock --constraint requirements.lock "$@"
