#!/bin/sh
# Runs every test. If browsers are missing and cannot be installed, their tests are skipped with a message.
set -eu

cd "$(dirname "$0")/.."
# Tests in the test process run in parallel; tests with whole installations and browsers run one after the other.
quick() {
    if [ $# -gt 0 ]; then
        some .venv/bin/pytest -q -n auto --dist worksteal -m "not slow and not browser" "$@"
        return
    fi
    # If all tests run, they must reach a minimum of the code.
    .venv/bin/python -m pytest -q -n auto --dist worksteal -m "not slow and not browser" -p tools.reaching --reached .test-long/reached.json
    .venv/bin/python -m tools.reached .test-long/reached.json
}
# If no test of this half matches, that is not a failure (pytest then ends with status 5).
some() {
    "$@" || [ $? -eq 5 ]
}
oldest() {
    # The tests that use the database most, on the oldest supported PostgreSQL.
    [ -x /usr/lib/postgresql/15/bin/postgres ] || return 0
    echo "Tests on PostgreSQL 15" >&2
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
