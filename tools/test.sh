#!/bin/sh
# Every test. Where the machine lacks browsers and may not install them, theirs are left out, and that is said.
set -eu

cd "$(dirname "$0")/.."
oldest() {
    # The oldest PostgreSQL Phoenix works with, on what speaks to it most.
    [ -x /usr/lib/postgresql/15/bin/postgres ] || return 0
    echo "The same on PostgreSQL 15" >&2
    PHOENIX_TEST_POSTGRES=15 .venv/bin/pytest -q tests/kernel/test_events.py tests/kernel/test_jobs.py tests/modules/entries \
        tests/modules/organisations tests/test_house_rules.py
}

if tools/system_packages.sh; then
    .venv/bin/pytest -q "$@"
    oldest
    exit 0
fi
if command -v chromium >/dev/null 2>&1 && command -v xvfb-run >/dev/null 2>&1 && command -v WebKitWebDriver >/dev/null 2>&1; then
    exec .venv/bin/pytest -q "$@"
fi
echo "Running without the browser tests." >&2
exec .venv/bin/pytest -q -m "not browser" "$@"
