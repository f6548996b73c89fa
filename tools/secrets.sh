#!/bin/sh
# Secrets that were written into a file by mistake. What looks like one and is none is listed in .secrets.baseline;
# after looking at a new one: tools/secrets.sh --accept
set -eu

cd "$(dirname "$0")/.."
list() {
    find . \( -name .git -o -name .venv -o -name node_modules -o -name data -o -name '.*_cache' -o -name __pycache__ -o -name static \
        -o -name .hypothesis -o -name '*.egg-info' \) -prune -o -type f ! -name package-lock.json ! -path './requirements/*' \
        ! -name .secrets.baseline -print | sed 's,^\./,,' | sort
}

if [ "${1:-}" = --accept ]; then
    list | tr '\n' '\0' | xargs -0 .venv/bin/detect-secrets scan >.secrets.baseline.new
    mv .secrets.baseline.new .secrets.baseline
else
    list | tr '\n' '\0' | xargs -0 .venv/bin/detect-secrets-hook --baseline .secrets.baseline
fi
