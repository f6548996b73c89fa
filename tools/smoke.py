"""Check that a newly started Phoenix works: its readiness, the sign-in page and the style sheet of that page."""

from __future__ import annotations

import re
import sys
import urllib.request
from urllib.parse import urljoin


def fetch(url: str, kind: str) -> str:
    """The body of a response, which must have status 200 and the expected media type."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the address is the one given on the command line
        found = answer.headers.get_content_type()
        if answer.status != 200 or found != kind:
            raise SystemExit(f"{url} answers {answer.status} {found}, not 200 {kind}")
        return str(answer.read().decode())


def main(base: str) -> int:
    with urllib.request.urlopen(f"{base}/readyz", timeout=10) as answer:  # noqa: S310 - as above
        print("readyz", answer.status)
    page = fetch(f"{base}/sign-in", "text/html")
    if 'name="password"' not in page:
        raise SystemExit("The sign-in page has no field for the password")
    print("sign-in page", len(page), "characters")
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    if not styles:
        raise SystemExit("The sign-in page names no style sheet")
    for address in styles:
        print(address, len(fetch(urljoin(base, address), "text/css")), "characters")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/")))
