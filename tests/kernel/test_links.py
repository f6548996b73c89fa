"""What email apps make links of is found in what staff write."""

from __future__ import annotations

import pytest

from phoenix.kernel.i18n.links import has_link


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.com",
        "evil.com",
        "evil.\u200bcom",
        "evil.\u00adcom",
        "evil\u2060.com",
        "कंपनी.com/x",
        "例え.テスト",
        "evil。com",
        "93.184.216.34/x",
        "1.2.3.4:80",
        "a@b",
        "{name}.com",
    ],
)
def test_a_link_is_found(text: str) -> None:
    assert has_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "Version 2.0",
        "1.2.3.4",
        "z.B. hier",
        "Wait...what",
        "送りました。見る",
        "Your code: {code}",
        "(.env)",
        "10:30",
        "3.50 €. Next",
        "U.S. only",
    ],
)
def test_what_is_none_is_not(text: str) -> None:
    assert not has_link(text)
