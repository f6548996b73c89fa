#!/bin/sh
# Every test. Where the machine lacks browsers and may not install them, theirs are left out, and that is said.
set -eu

cd "$(dirname "$0")/.."
if tools/system_packages.sh; then
    exec .venv/bin/pytest -q "$@"
fi
if command -v chromium >/dev/null 2>&1 && command -v xvfb-run >/dev/null 2>&1 && command -v WebKitWebDriver >/dev/null 2>&1; then
    exec .venv/bin/pytest -q "$@"
fi
echo "Running without the browser tests." >&2
exec .venv/bin/pytest -q -m "not browser" "$@"
