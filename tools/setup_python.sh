#!/bin/sh
# The Python side of `make setup`: a virtual environment with exactly what requirements/develop.txt pins, checked by hash.
# The machine's `pip` settings for package indexes also apply here.
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
    echo "Phoenix needs Python 3.11 to 3.14, and none was found. Debian: apt install python3 python3-venv. Or choose one: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi

# An environment that was moved here, or whose interpreter no longer exists, is created again.
if ! "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Creating $venv with $("$python" --version)"
    if ! "$python" -m venv --clear "$venv"; then
        rm -rf "$venv"
        echo "$python cannot create a virtual environment. Debian: apt install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing the dependencies of Phoenix into $venv (a minute or two, only once)"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/develop.txt; then
    echo "The packages could not be installed; pip says why above. It needs to reach a package index once." >&2
    exit 1
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
