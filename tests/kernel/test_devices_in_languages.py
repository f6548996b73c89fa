"""What devices are called, in the language of whoever reads."""

from __future__ import annotations

import pytest

from phoenix.kernel.i18n.devices import device
from phoenix.kernel.language import reading


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Firefox on Linux", ["Firefox on Linux", "Firefox auf Linux", "LinuxのFirefox"]),
        ("Unknown device", ["Unknown device", "Unbekanntes Gerät", "不明なデバイス"]),
        ("curl", ["curl", "curl", "curl"]),
        ("{browser} on {0}", ["{browser} on {0}"] * 3),
        ("Lynx on Linux", ["Lynx on Linux"] * 3),
    ],
)
def test_a_device_is_called_as_in_the_readers_language(stored: str, shown: list[str]) -> None:
    found = []
    for locale in ("en", "de", "ja"):
        with reading(locale):
            found.append(device(stored))
    assert found == shown
