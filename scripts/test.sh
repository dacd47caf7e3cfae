#!/bin/sh
# Runs every suite: what runs inside Rasa in Rasa's environment, everything else in the application's, on every core. The
# end-to-end tests have a process of their own, one after the other: they start whole installations, and a browser that
# is driven keeps an event loop running beside other tests.
# Arguments go to one run of the application's pytest, e.g. scripts/test.sh tests/actions -k cart
set -eu
export RASA_TELEMETRY_ENABLED=false
if [ $# -gt 0 ]; then
    exec .venv/bin/python -m pytest "$@"
fi
.venv-rasa/bin/python -m pytest -q -c tests/bot/nlu/pytest.ini tests/bot/nlu
.venv/bin/python -m pytest --ignore=tests/e2e --numprocesses=auto
exec .venv/bin/python -m pytest tests/e2e
