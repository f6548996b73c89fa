"""Pages about errors, with what was typed into a form where there is any."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.web import samples
from tests.web.samples import frame, outside

from phoenix.kernel.web.typed_text import Typed

Thing = SimpleNamespace


def fault(status: int, title: str, detail: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "error.html", outside(
        "/somewhere", status=status, title=title, detail=detail, **{"request_id": "", "next_step": None, "typed": None, **more}
    )


ERROR_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "error-404": fault(
        404, "This page does not exist", "It may have been moved or deleted, or it belongs to an organisation you are not in."
    ),
    "error-404-inside": (
        "error.html",
        frame(
            "/o/halden/nowhere", status=404, title="Not found", detail="There's no page here.", request_id="", next_step=None, typed=None
        ),
    ),
    "error-403": fault(
        403,
        "Not allowed",
        "Your role in Halden Instruments does not allow this.",
        next_step=Thing(href="/o/halden/dashboard", label="Go to the dashboard"),
    ),
    "error-422": fault(
        422,
        "Invalid input",
        "Go back and look at what you entered.",
        typed=Typed((samples.ENTRY.title, samples.ENTRY.body), "", {}),
    ),
    "error-429": fault(429, "Too many attempts", "Wait a minute, then try again."),
    "error-500": fault(
        500, "Something went wrong", "Your last change was not saved. Try again in a minute.", request_id="4f1c2a9b00aa17c3"
    ),
    "error-503": fault(
        503,
        "Not ready right now",
        "Phoenix is starting, or a part of it does not answer. Try again in a few seconds.",
        request_id="4f1c2a9b00aa17c3",
        typed=Typed((samples.ENTRY.title,), "/o/halden/entries/new", {"title": samples.ENTRY.title, "csrf": "token-of-the-form"}),
    ),
}
