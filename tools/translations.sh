#!/bin/sh
# Compiles every translation to the form that gettext reads. The pybabel is that of the virtual environment given, else .venv.
set -eu

cd "$(dirname "$0")/.."
find src -name '*.po' | while read -r catalogue; do
    "${1:-.venv}/bin/pybabel" --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo"
done
