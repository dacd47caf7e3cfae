#!/bin/sh
# Makes one of the two environments: make_env.sh FOLDER PYTHON-VERSION LOCK-FILE
# An environment made from the same lock file by the same Python is left as it is; a broken-off one is made anew.
set -eu
folder=$1 version=$2 lock=$3

python=$("$(dirname "$0")/find_python.sh" "$version")
stamp="$("$python" --version) $(cksum <"$lock")"
if [ "$(cat "$folder/.made-from" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
echo "make: installing $(wc -l <"$lock" | tr -d ' ') packages of $lock into $folder (1 to 5 minutes)"
rm -rf "$folder"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --progress-bar off -r "$lock"
echo "$stamp" >"$folder/.made-from"
