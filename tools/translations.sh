#!/bin/sh
# Compiles every translation for gettext, with pybabel from the given virtual environment or otherwise .venv.
set -eu

cd "$(dirname "$0")/.."
find src -name '*.po' | while read -r catalogue; do
    "${1:-.venv}/bin/pybabel" --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo"
done
