#!/bin/sh
# Every test. Where the machine lacks browsers and may not install them, theirs are left out, and that is said.
set -eu

cd "$(dirname "$0")/.."
# What runs in the test process itself goes side by side; whole processes and browsers one after the other.
quick() {
    if [ $# -gt 0 ]; then
        some .venv/bin/pytest -q -n auto --dist worksteal -m "not slow and not browser" "$@"
        return
    fi
    # All of them: what they reach has a floor.
    .venv/bin/python -m pytest -q -n auto --dist worksteal -m "not slow and not browser" -p tools.reaching --reached .test-long/reached.json
    .venv/bin/python -m tools.reached .test-long/reached.json
}
# That nothing matches is no failure of the half it was looked for in (pytest ends with 5 then).
some() {
    "$@" || [ $? -eq 5 ]
}
oldest() {
    # The oldest PostgreSQL Phoenix works with, on what speaks to it most.
    [ -x /usr/lib/postgresql/15/bin/postgres ] || return 0
    echo "The same on PostgreSQL 15" >&2
    PHOENIX_TEST_POSTGRES=15 .venv/bin/pytest -q -n auto --dist worksteal tests/kernel/test_events.py tests/kernel/test_jobs.py \
        tests/modules/entries tests/modules/organisations tests/releases tests/test_sql.py tests/test_architecture.py
}
has_browsers() {
    command -v chromium >/dev/null 2>&1 && command -v xvfb-run >/dev/null 2>&1 && command -v WebKitWebDriver >/dev/null 2>&1
}

if tools/system_packages.sh || has_browsers; then
    quick "$@"
    some .venv/bin/pytest -q -m "slow or browser" "$@"
    oldest
else
    echo "Running without the browser tests." >&2
    quick "$@"
    some .venv/bin/pytest -q -m "slow and not browser" "$@"
fi
