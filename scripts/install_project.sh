#!/bin/sh
# Puts the command `shoptalk` into the application's environment; what the build has to say shows only when it fails.
set -eu
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e . >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
cp pyproject.toml .venv/.project
