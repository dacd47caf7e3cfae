#!/bin/sh
# Adds PySpark to the application's environment, unless it is there as pinned.
set -eu
lock=requirements/spark.txt
if cmp -s "$lock" .venv/.spark; then
    exit 0
fi
echo "make: adding $(grep pyspark "$lock") to .venv (0.5 GB, 1 to 3 minutes)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --progress-bar off -r "$lock"
cp "$lock" .venv/.spark
