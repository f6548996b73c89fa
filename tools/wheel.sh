#!/bin/sh
# Builds the wheel into dist/ (or the folder given), from the current src/. The bundles must have been built before: `make wheel` does both.
# There is no source distribution: it could not build the bundles without Node.
set -eu

cd "$(dirname "$0")/.."
folder=${1:-dist}
if [ ! -f src/phoenix/static/manifest.json ]; then
    echo "The styles and scripts have not been bundled. Run: make wheel" >&2
    exit 1
fi
tools/translations.sh
# setuptools would include files of an earlier build from build/ in the next wheel, so this builds from a copy.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R pyproject.toml README.md LICENSE "$copy"
mkdir "$copy/src"
cp -R src/phoenix "$copy/src"
# Which commit it is from, so that a database that a newer build has migrated can say which. Without git, PHOENIX_BUILD says it.
build=${PHOENIX_BUILD:-$(git log -1 --format='%h, %cs' 2>/dev/null || true)}
if [ -n "$build" ]; then
    echo "$build" >"$copy/src/phoenix/build.txt"
fi
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$folder" "$copy"
