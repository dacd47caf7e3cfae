#!/bin/sh
# Runs both suites: what runs inside Rasa in Rasa's environment, everything else in the application's.
# Arguments go to the application's pytest, e.g. scripts/test.sh -k gateway
set -eu
export RASA_TELEMETRY_ENABLED=false
if [ $# -eq 0 ]; then
    .venv-rasa/bin/python -m pytest -q -c tests/bot/nlu/pytest.ini tests/bot/nlu
fi
exec .venv/bin/python -m pytest "$@"
