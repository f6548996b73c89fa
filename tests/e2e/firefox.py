"""Firefox, driven by what it brings itself (Marionette): Debian has no geckodriver."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.running import free_port
from tests.waiting import eventually

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
    "toolkit.telemetry.enabled": False,
}


def program() -> str | None:
    """Where Firefox is, if it is installed."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class FirefoxBrowser:
    """One person's Firefox, without a screen, and with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        port, profile = free_port(), folder / "firefox"
        profile.mkdir()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in {**PREFERENCES, "marionette.port": port}.items()]
        (profile / "user.js").write_text("\n".join(lines) + "\n")
        found = program()
        assert found is not None
        command = [found, "--marionette", "--headless", "--no-remote", "--profile", str(profile)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        )
        self._number = 0
        self._socket = eventually(
            lambda: socket.create_connection(("127.0.0.1", port), 60), 60, lost=(OSError,), what="Firefox did not start"
        )
        self._file = self._socket.makefile("rb")
        self._read()
        self._ask("WebDriver:NewSession", capabilities={})

    def open(self, url: str) -> None:
        self._ask("WebDriver:Navigate", url=url)

    def fill(self, name: str, text: str) -> None:
        field = self._find(f"main [name='{name}']")
        self._ask("WebDriver:ElementClear", id=field)
        self._ask("WebDriver:ElementSendKeys", id=field, text=text)

    def tick(self, name: str) -> None:
        self.run("arguments[0].click()", {ELEMENT: self._find(f"main [name='{name}']")})

    def press(self, words: str) -> None:
        script = (
            "const found = [...document.querySelectorAll('main button, main a')]"
            ".find((each) => each.checkVisibility() && each.innerText.trim() === arguments[0]); found.click()"
        )
        self.run(script, words)

    def sees(self, words: str) -> bool:
        return words in str(self.run("return document.body?.innerText ?? ''"))

    def attribute(self, selector: str, name: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).getAttribute(arguments[1])", selector, name))

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0])?.textContent", selector))

    def address(self) -> str:
        return str(self._ask("WebDriver:GetCurrentURL"))

    def close(self) -> None:
        self._file.close()
        self._socket.close()
        self._process.terminate()
        self._process.wait(30)

    def _find(self, selector: str) -> str:
        found = self._ask("WebDriver:FindElement", using="css selector", value=selector)
        return str(found[ELEMENT])

    def run(self, script: str, *arguments: object) -> Any:
        return self._ask("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def _ask(self, command: str, **parameters: object) -> Any:
        """What Firefox answers. Each message is its length and JSON: its kind, a number, and what is asked or an error and a result."""
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _kind, number, error, result = self._read()
        assert number == self._number
        assert error is None, error
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            part = self._file.read(1)
            assert part, "Firefox ended"
            length += part
        return json.loads(self._file.read(int(length[:-1])))
