#!/bin/sh
# Pins the dependencies in pyproject.toml, with hashes and without a registry's address: everything that a developer needs in
# requirements/develop.txt, and the part that an installation needs in requirements/run.txt, with the same versions.
# Existing pins do not change. LOCK_ARGS="--upgrade-package NAME" or LOCK_ARGS=--upgrade upgrades them.
set -eu

cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 "$@" pyproject.toml
}
# shellcheck disable=SC2086 - word splitting is intended
compile ${LOCK_ARGS:-} --group dev --group test --group check --group bench --group build -o requirements/develop.txt
compile --constraint requirements/develop.txt -o requirements/run.txt
