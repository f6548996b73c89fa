#!/bin/sh
# Pins what pyproject.toml asks for, with hashes and without a registry's address: everything a developer needs in
# requirements/develop.txt, and in requirements/run.txt the part that an installation needs, in the same versions.
# What is pinned already stays as it is. LOCK_ARGS="--upgrade-package NAME" or LOCK_ARGS=--upgrade moves it.
set -eu

cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 "$@" pyproject.toml
}
# shellcheck disable=SC2086 - several words are meant
compile ${LOCK_ARGS:-} --group dev --group test --group check --group bench --group build -o requirements/develop.txt
compile --constraint requirements/develop.txt -o requirements/run.txt
