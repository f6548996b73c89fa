"""No sentence falls back into the ones that were replaced: in emails as they are sent, in messages, scripts and the documentation.

Pages as they are shown are read by `tests/web/test_words_as_shown.py`. `tests/test_words.py` reads the sources for single words. Here are the sentences, or what is left of them in any wording, and what
is said in their place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix.composition import REGISTRY
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.settings import EmailSettings
from tests.test_words import ROOT, SAY, SAY_ON_PAGES, descriptions, prose, said, stopped

# Words that mean one thing here, and the better word for it.
WORDS = {
    r"prove(s|d|n)? (it|that it) (is|was|'s) you|proof of (it|you)": "confirm it's you",
    r"look(s|ed|ing)? at your mails?|unwanted mail|by mail": "check your email; spam folder; by email",
    r"(set|taken?|put) aside": "failed",
    r"(invitation|code|link)s? (holds?|works for)": "is valid, expires",
    r"begin an? organisation|began an? organisation": "create an organisation",
    r"numbers? (acc|org|ent)_": "ID",
    r"entrance": "sign-in",
    r"through (his|her|their|your own|the person's|a person's|people's) eyes": "impersonate, view as",
    r"those who run": "support, or an administrator",
    r"(make|take|grant) key": "create key",
    r"have (an)?other (one|mail|email)s? sent": "send a new one",
}
# Only where people read it: the API and the code end sessions.
WORDS_ON_PAGES = {
    r"(session|device|key)s? (was|were|is|are|has been|have been) ended": "signed out; revoked",
    r"end (this|the|a|your|all) (session|device|key)s?": "sign out; revoke",
}
# What was said once, by its most telling part, and what is said now.
SENTENCES = {
    r"a mail with a code is on its way": "we've sent a code to it",
    r"one press": "confirm that this is your address",
    r"forgot it\?": "Forgot password?",
    r"type its code|type it in|type the code": "enter the code",
    r"none of it at hand": "Lost access?",
    r"show that it is you|what comes next matters": "Confirm it's you",
    r"the wait ends|end the wait|the next had to wait": "sign-in is paused; unlock now",
    r"until you have set another": "keeps working until then",
    r"you are in none": "You're not in any organisation yet",
    r"as your team says it": "The name your team uses",
    r"invite some(body|one)(?! else)": "Invite people",
    r"look at the invitation": "View invitation",
    r"in the time of|there, in": "Time zone; local time",
    r"there is no text to": "No text",
    r"goes for every(body|one)|cannot be brought back": "will be deleted for everyone; can't be undone",
    r"load it again, then repeat": "someone else edited this while you were writing",
    r"how else to reach you|telephone number, say": "phone or other contact (optional)",
    r"in effect everywhere": "leave it out",
    r"what is true for": "Organisation settings",
    r"handing over": "Transfer or leave",
    r"what is it called|at work here|its key ends": "Name; Active; Key expires",
    r"act in your name|never do more than you": "act as you and can't exceed your permissions",
    r"a device you end|end all others": "sign out any device; sign out all other devices",
    r"letters and digits, from the list": "10 characters from your saved list",
    r"be phished|is then worth nothing": "resistant to phishing",
    r"on one device alone": "on this device only",
    r"everything we keep of": "everything we hold about you",
    r"until you use it, .* stays": "stays active until you confirm",
    r"you do not know of this|was it you\?|it was you\?|all is well|wasn't you\?": "Didn't request this? If this was you, no action is needed.",
    r"give the code to nobody|we never ask for it": "Never share this code",
    r"they learned nothing": "nothing was changed or disclosed",
    r"matters for the safety": "security changes",
    r"(ended|took away) your pass\w+": "an administrator reset it",
    r"you are yourself again|your own eyes": "You've stopped impersonating; you cannot impersonate yourself",
    r"look(ed)? through (all|yet)|the log is whole": "verify now; not verified yet; log verified",
    r"nothing waits|stand here until": "queue is empty; appear here while they run",
    r"whoever fills this in|may run all of": "first administrator, with full access",
    r"a password alone should not": "protect this account with a second factor",
    r"what they may do on": "platform permissions",
    r"write the beginning|nobody is called": "no people found",
    r"made-up words": "with sample data",
    r"\w+data or nothing|or nothing(?=\s*<)": "nullable",
    r"slowed down|not for this account": "rate-limited; no access",
    r"ended already|(was|been) ended already": "has already ended, has already been removed",
    r"(for|to|by|from|with|than) who (has|have|is|asked|connects|runs)|of who (has no|has not|connects|asked)": "for a person who …",
    r"who has not": "readers without …",
    r"believing|blindly": "validating",
    r"the mend|to mend": "the fix, how to fix it",
    r"sub-keys?": "derived keys",
    r"nobody's own": "not personal",
    r"the reader's calendar": "the reader's time zone",
    r"(tokens|names|codes) are new then": "are replaced",
    r"reading alone": "read-only",
    r"for (a |the )?quarter of an hour": "15 minutes",
}
# Labels that are a whole text by themselves.
LABELS = {
    "take": "Remove",
    "fetch": "Download",
    "keep": "Cancel",
    "manage": "Settings",
    "nowhere.": "No active sessions",
    "acts": "Actions",
    "set aside": "Failed",
    "refusals": "Errors",
    "objects": "Schemas",
    "values": "Data types",
    "who asks": "Authentication",
    "alive": "Health",
}
# A word of a table that is right where it stands.
RIGHT = {
    # The name of the setting is part of what operators have configured.
    "PHOENIX_PROVE_AGAIN",
}
ALL = SAY | WORDS | SENTENCES
ON_PAGES = ALL | SAY_ON_PAGES | WORDS_ON_PAGES
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SCRIPTS = sorted((ROOT / "web").rglob("*.ts"))
MAILER = Mailer(EmailSettings(support="help@phoenix.example"), REGISTRY.template_folders)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with reading(DEFAULT_LOCALE):
        yield


def wrong(text: str, *tables: dict[str, str]) -> list[str]:
    """What a text says that is in the tables, or is a label of the old kind."""
    plain = " ".join(text.split())
    found = [why for table in tables for why in stopped(plain, table)]
    return found + ([f"“{plain}”: say {LABELS[plain.lower()]}"] if plain.lower() in LABELS else [])


@pytest.mark.parametrize("name", sorted(REGISTRY.emails))
def test_an_email_as_it_is_sent_says_nothing_of_the_old_kind(name: str) -> None:
    mail = MAILER.render(name, **REGISTRY.emails[name].values)
    assert wrong(mail.subject, ON_PAGES) + wrong(mail.text, ON_PAGES) == []


@pytest.mark.parametrize("name", sorted(REGISTRY.notices))
def test_a_notice_says_nothing_of_the_old_kind(name: str) -> None:
    notice = REGISTRY.notices[name]
    assert wrong(notice.sentence, ON_PAGES) + wrong(notice.foot, ON_PAGES) == []


def test_no_sentence_of_pages_emails_and_messages_is_of_the_old_kind() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {why}"
        for path in sorted((ROOT / "src/phoenix").rglob("*"))
        if path.suffix in {".py", ".html", ".mjml"} and "migrations" not in path.parts
        for number, text in said(path)
        for why in wrong(text, WORDS | SENTENCES | WORDS_ON_PAGES)
    ]
    assert found == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *SCRIPTS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_document_and_no_script_is_of_the_old_kind(path: Path) -> None:
    """Over line ends too: in the documentation a phrase can be broken anywhere."""
    text = " ".join(line for _number, line in prose(path))
    for right in RIGHT:
        text = text.replace(right, "")
    assert wrong(text, ALL) == []


def test_no_comment_and_no_docstring_is_of_the_old_kind() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {why}"
        for path in sorted((ROOT / "src/phoenix").rglob("*.py"))
        if not {"migrations", "words"} & set(path.parts)
        for number, line in prose(path)
        for why in stopped(line, WORDS | SENTENCES)
    ]
    assert found == []


def test_no_description_of_the_api_and_of_settings_is_of_the_old_kind() -> None:
    settings = (ROOT / "docs/settings.md").read_text(encoding="utf-8").replace("PHOENIX_PROVE_AGAIN", "")
    document = json.loads((ROOT / "api/openapi.json").read_text(encoding="utf-8"))
    texts = [*descriptions(document), settings]
    assert [why for text in texts for why in wrong(text, ALL)] == []


def problems() -> Iterator[type[PhoenixError]]:
    pending = [PhoenixError]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        yield kind


def test_no_error_is_of_the_old_kind() -> None:
    assert [why for kind in problems() for text in (kind.title, kind.sentence) for why in wrong(text, ON_PAGES)] == []


def test_a_broken_phrase_is_found() -> None:
    assert wrong("Have another\n  one sent.", ALL)
    assert wrong("Take", ALL)
    assert wrong("Take theirs", ALL) == []
