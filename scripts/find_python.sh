#!/bin/sh
# Prints a Python of at least/exactly the version asked for that really runs: find_python.sh 3.10 | find_python.sh 3.11+
# A pyenv shim lies on the PATH even when its version is not selected, so each candidate is tried.
set -u

usable() {
    "$1" -c "
import sys
want = '$want'
least = tuple(int(part) for part in want.rstrip('+').split('.'))
here = sys.version_info[:2]
sys.exit(not (here >= least if want.endswith('+') else here == least))" >/dev/null 2>&1
}

want=$1
case $want in
    3.10) candidates="${SHOPTALK_PYTHON310:-} python3.10"; versions="3.10" ;;
    *) candidates="${SHOPTALK_PYTHON311:-} python3.11 python3.12 python3.13 python3"; versions="3.11 3.12 3.13" ;;
esac
for version in $versions; do
    for root in "${PYENV_ROOT:-$HOME/.pyenv}" /opt/pyenv; do
        for python in "$root/versions/$version".*/bin/python; do
            [ -x "$python" ] && candidates="$candidates $python"
        done
    done
    if command -v uv >/dev/null 2>&1; then
        python=$(uv python find "$version" 2>/dev/null) && candidates="$candidates $python"
    fi
done
for python in $candidates; do
    if usable "$python"; then
        command -v "$python"
        exit 0
    fi
done
plain=${want%+}
echo "Python $want was not found: install it with your system's packages (apt-get install python$plain python$plain-venv), with pyenv (pyenv install $plain) or with uv (uv python install $plain), then run make again." >&2
exit 1
