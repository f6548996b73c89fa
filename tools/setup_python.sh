#!/bin/sh
# The Python side of `make setup`: a virtual environment with exactly what requirements/develop.txt pins, checked by hash.
# What `pip` is told about indexes on this machine holds here too.
set -eu

venv=$1

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Phoenix needs Python 3.11 to 3.14, and none was found. Debian: apt install python3 python3-venv. Or name one: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi

# One that was moved here from elsewhere, or whose interpreter has gone, is made again.
if ! "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Making $venv with $("$python" --version)"
    if ! "$python" -m venv --clear "$venv"; then
        rm -rf "$venv"
        echo "$python cannot make a virtual environment. Debian: apt install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing what Phoenix stands on into $venv (a minute or two, once)"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/develop.txt; then
    echo "The packages could not be installed; pip says why above. It needs to reach a package index once." >&2
    exit 1
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

tools/translations.sh "$venv"
