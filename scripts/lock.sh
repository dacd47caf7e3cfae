#!/bin/sh
# Pins one group of pyproject.toml: lock.sh PYTHON-VERSION GROUP FILE [LOCK-FILE]
# With another lock file, what both need has the version that is pinned there.
# Options of this machine's pip (indexes, wheel folders) and the `+cpu` of a local torch build stay out of the file.
set -eu
version=$1 group=$2 file=$3 other=${4:-}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$("$(dirname "$0")/find_python.sh" "$version")" -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check pip-tools 'dependency-groups[cli]'
"$folder/bin/python" -m dependency_groups "$group" -o "$folder/$group.in"
if [ -n "$other" ]; then
    echo "-c $PWD/$other" >>"$folder/$group.in"
fi
"$folder/bin/pip-compile" --quiet --upgrade --strip-extras --allow-unsafe --no-header --no-annotate --no-emit-options \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o "$folder/$group.txt" "$folder/$group.in"
sed -E '/^(#|$)/d; s/^(torch==[^+]+)\+.*/\1/' "$folder/$group.txt" >"$file"
echo "$file: $(wc -l <"$file" | tr -d ' ') packages"
