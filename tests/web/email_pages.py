"""Emails in the admin panel: the list, one of them, and its texts in a language."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web.edit_pages import conflict
from tests.web.listings import listing
from tests.web.panel_frame import staff
from tests.web.samples import LONGEST, ago

from phoenix.modules.admin.pages.mails import LISTED as EMAILS

NAME = "sign_in/verify"
PATH = f"/staff/emails/{NAME}/texts"
MAIL = Thing(subject="Your code for Phoenix", text="Hello Leila,\n\n40718263\n", html="<!doctype html><title>Code</title><p>40718263</p>")
LANGUAGES = {"en": "English", "de": "Deutsch", "ja": "日本語"}
SLOT = Thing(template="email_texts/slot_email.html", context=Thing(languages=LANGUAGES, path=PATH))
TEXTS = [
    {"field": "text_1", "label": "Subject", "usual": "Confirm your address: {code}"},
    {"field": "text_2", "label": "Footer", "usual": "Didn't sign up? You can ignore this email."},
]
VERSIONS = [
    {"number": 3, "by": LONGEST.name, "at": ago(minutes=5), "note": "", "restored": 1},
    {"number": 2, "by": "Priya", "at": ago(days=1), "note": "", "restored": 0},
    {"number": 1, "by": "Priya", "at": ago(days=2), "note": "Shorter, as people asked for it.", "restored": None},
]
FORM = {"text_1": "Welcome! {code}", "text_2": "", "note": "", "version": "3"}


def texts(**changes: Any) -> tuple[str, dict[str, Any]]:
    context = {
        "name": NAME,
        "base": f"{PATH}/en",
        "locale": "en",
        "languages": LANGUAGES,
        "view": "desktop",
        "unsaved": "",
        "number": None,
        "newest": 3,
        "subject": "Welcome! 40718263",
        "may_send": True,
        "may_change": True,
        "changeable": True,
        "texts": TEXTS,
        "outdated": [],
        "versions": VERSIONS,
        "form": FORM,
        **changes,
    }
    return "email_texts/texts.html", staff(f"{PATH}/en", **context)


EMAIL_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "staff-mails": (
        "admin/mails.html",
        staff("/staff/emails", listing=listing(EMAILS, [(NAME, "Your code for Phoenix")], "/staff/emails")),
    ),
    "staff-mail": ("admin/mail.html", staff(f"/staff/emails/{NAME}", name=NAME, mail=MAIL, more=[SLOT])),
    "staff-mail-texts": texts(),
    "staff-mail-texts-none": texts(versions=[], newest=0, view="dark", may_send=False, may_change=False),
    "staff-mail-texts-fixed": texts(texts=[], versions=[], newest=0, view="text", may_change=False, changeable=False),
    "staff-mail-texts-unsaved": texts(unsaved="k", view="phone"),
    "staff-mail-texts-version": texts(number=2),
    "staff-mail-texts-delivered": texts(number=0),
    "staff-mail-texts-outdated": texts(outdated=[("Welcome, %(name)s", f"Hello from {LONGEST.name}")]),
    "staff-mail-texts-refused": texts(errors={"text_1": "This text needs {code}. Without it, the email would be of no use."}),
    "staff-mail-texts-conflict": texts(
        conflict=conflict(
            "Someone else saved these texts after you opened this page.",
            ("Subject", "Hello {code}", "Welcome! {code}"),
            by="Priya",
            href=f"{PATH}/en",
        )
    ),
}
