"""A device with a passkey, as far as a browser can tell: Chromium's virtual authenticator."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page


class Device:
    """A phone or laptop with a fingerprint sensor, as far as the browser can tell."""

    def __init__(self, page: Page) -> None:
        # What the page asks for by a button waits for a finger; what waits in the browser's own list has been taken back by then.
        page.expose_function("touched", lambda: self.answers(by_itself=True))
        page.add_init_script(
            """
            const get = navigator.credentials?.get.bind(navigator.credentials);
            window.asked = [];
            if (get) navigator.credentials.get = async (options) => {
              window.asked.push(options.mediation ?? "plain");
              if (!options.mediation) await window.touched();
              return get(options);
            };
            """
        )
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        return list(self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"])

    def put_finger_on(self, *, right: bool) -> None:
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": right})

    def answers(self, *, by_itself: bool) -> None:
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self._id, "enabled": by_itself})

    def forget(self) -> None:
        self._session.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})
