#!/bin/sh
# Installs what `make test` needs on the machine: browsers, the oldest supported PostgreSQL, and a VPN.
# Without permission to install with apt, it lists what is missing. Exit status 3: something is missing.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

missing=
has chromium || has chromium-browser || has google-chrome || missing="$missing chromium"
has firefox-esr || has firefox || missing="$missing firefox-esr"
has WebKitWebDriver || missing="$missing webkit2gtk-driver"
has xvfb-run || missing="$missing xvfb"
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql-15"
has ip || missing="$missing iproute2"
has wg || missing="$missing wireguard-tools"
has wireguard-go || missing="$missing wireguard-go"
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
    if has sudo && sudo -n true 2>/dev/null; then sudo="sudo -n"; else sudo=none; fi
fi
if [ "$sudo" = none ] || ! has apt-get; then
    echo "Missing on this machine:$missing. The tests that need them are skipped. Debian: apt install$missing" >&2
    exit 3
fi

echo "Installing for the tests:$missing" >&2
# One package per call: if a Debian release lacks one of them, the others are still useful.
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq >&2 || true
left=
for package in $missing; do
    $sudo apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || left="$left $package"
done
if [ -n "$left" ]; then
    echo "Could not be installed:$left. The tests that need them are skipped." >&2
    exit 3
fi
