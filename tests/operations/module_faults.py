"""Mistakes in a module, each with what `phoenix check-module` must say about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = "src/phoenix/modules/notes"
Edit = Callable[[Path], None]


def edit(file: str, old: str, new: str) -> Edit:
    """Replace the first place of a text."""

    def run(clone: Path) -> None:
        text = (clone / file).read_text()
        assert old in text, f"{old!r} is not in {file}"
        (clone / file).write_text(text.replace(old, new, 1))

    return run


def write(file: str, text: str) -> Edit:
    def run(clone: Path) -> None:
        (clone / file).parent.mkdir(exist_ok=True)
        (clone / file).write_text(text)

    return run


def add(file: str, text: str) -> Edit:
    def run(clone: Path) -> None:
        (clone / file).write_text((clone / file).read_text() + text)

    return run


def remove(file: str) -> Edit:
    return lambda clone: (clone / file).unlink()


def declare(old: str, new: str) -> Edit:
    return edit(f"{HERE}/module.py", old, new)


def revision(name: str, after: str = '"notes_0001"', sql: str = "SELECT 1") -> str:
    return f'revision = "{name}"\ndown_revision = {after}\nbranch_labels = None\ndepends_on = None\nSQL = "{sql}"\n'


MODULE_FILE, MIGRATION = f"{HERE}/module.py", f"{HERE}/migrations/notes_0001_notes.py"
WRITE_PERMISSION = 'Permission("notes.write", _("Post notes"))'
ROUTE = '@post("/api/v2/notes", may="notes.write", within="body.organisation", queries=2)'
# The changes, the file that must be named, and how the sentence begins.
FAULTS: dict[str, tuple[list[Edit], list[tuple[str, str]]]] = {
    "no tests": ([remove("tests/modules/notes/test_notes.py")], [("tests/modules/notes", "It has no tests.")]),
    "not in docs/where.md": ([write("docs/where.md", "")], [("docs/where.md", "It is not in the table.")]),
    "a write that invalidates keys and is in no test": (
        [write("tests/modules/test_what_writes_make_stale.py", "")],
        [("tests/modules/test_what_writes_make_stale.py", "notes.personal.erase makes cached values stale")],
    ),
    "a permission that is not documented": (
        [write("docs/protection.md", "| `notes.read` | yes |\n")],
        [("docs/protection.md", "The table of permissions lacks notes.write.")],
    ),
    "a template that no test renders": (
        [write("tests/web/pages.py", 'PAGES = ["notes/list.html"]')],
        [("tests/web", 'No test there shows "notes/feed_posted.html".')],
    ),
    "not in the tree of the architecture": (
        [write("docs/ARCHITECTURE.md", "```\n  modules/   entries\n```\n| `notes` | short texts |\n")],
        [("docs/ARCHITECTURE.md", "It is missing from the tree.")],
    ),
    "not in the architecture": (
        [write("docs/ARCHITECTURE.md", "")],
        [("docs/ARCHITECTURE.md", "It is missing from the tree."), ("docs/ARCHITECTURE.md", "It is missing from the table of modules.")],
    ),
    "not in the composition": ([write("src/phoenix/composition.py", "")], [("src/phoenix/composition.py", "Phoenix does not load it.")]),
    "not in the document of the API": (
        [write("api/openapi.json", '{"paths": {"/api/v2/notes": {"get": {}}}}')],
        [
            ("api/openapi.json", r"GET /api/v2/notes/{note_id} is not in the API document"),
            ("api/openapi.json", "POST /api/v2/notes is not in the API document"),
        ],
    ),
    "without a layers contract": (
        [edit("pyproject.toml", 'containers = ["phoenix.modules.*"]', 'containers = ["phoenix.modules.entries"]')],
        [("pyproject.toml", "The import-linter contract “In a module")],
    ),
    "a setting that is not documented": (
        [
            declare("MODULE = ", "@dataclass(frozen=True)\nclass Options:\n    most: int = setting('MOST', 5, 'How many.')\n\n\nMODULE = "),
            declare("from pathlib", "from dataclasses import dataclass\nfrom pathlib"),
            declare("from phoenix.kernel.module", "from phoenix.settings.declare import setting\nfrom phoenix.kernel.module"),
            declare("    personal=", "    settings=Options,\n    personal="),
        ],
        [("docs/settings.md", "The setting PHOENIX_NOTES_MOST is not in the table.")],
    ),
    "no description": ([declare('about="Short texts of an organisation."', 'about=""')], [(MODULE_FILE, "The module has no description.")]),
    "a permission without a description": (
        [declare(WRITE_PERMISSION, 'Permission("notes.write", " ")')],
        [(MODULE_FILE, "The permission notes.write has no description.")],
    ),
    "a permission that nobody has and nothing requires": (
        [declare(WRITE_PERMISSION, f'{WRITE_PERMISSION}, Permission("notes.moderate", "Delete notes")')],
        [
            (MODULE_FILE, "No role has the permission notes.moderate."),
            (MODULE_FILE, "No API route requires the permission notes.moderate"),
            ("docs/protection.md", "The table of permissions lacks notes.moderate."),
        ],
    ),
    "an event that is not declared": (
        [add(f"{HERE}/events.py", '\n\nclass NoteRead(Event, frozen=True, kw_only=True, kind="notes.read"):\n    pass\n')],
        [(MODULE_FILE, "The event NoteRead is not declared.")],
    ),
    "an event with text that people wrote": (
        [
            edit(f"{HERE}/events.py", '    """A note was posted."""', '    """A note was posted."""\n\n    text: str'),
            edit(f"{HERE}/actions.py", "subject=made.id)", "subject=made.id, text=made.text)"),
        ],
        [(MODULE_FILE, "The event notes.posted has the field text, which could contain people's texts.")],
    ),
    "an event without a description": (
        [declare('"{actor} posted the note “{text}”"', '""')],
        [(MODULE_FILE, "The event notes.posted has no description.")],
    ),
    "an event without a group": (
        [declare('            group="notes",\n', "")],
        [(MODULE_FILE, "The event notes.posted is in the feed but in no group.")],
    ),
    "a list that is not declared": (
        [declare('        ListQuery(queries.PAGE, ("org_1", "~", 21)),\n', "")],
        [(MODULE_FILE, "The list PAGE is not declared.")],
    ),
    "an email without a sample": (
        [write(f"{HERE}/templates/mail/shared.mjml", "<mjml></mjml>")],
        [(f"{HERE}/templates/mail/shared.mjml", "Staff cannot preview this email.")],
    ),
    "a route that is not declared": (
        [edit(f"{HERE}/pages.py", "ROUTES = (show_notes, send_note)", "ROUTES = (show_notes,)")],
        [(MODULE_FILE, "The route send_note is not declared.")],
    ),
    "a route without a permission": (
        [edit(f"{HERE}/api.py", ROUTE, ROUTE.replace("notes.write", "notes.shout"))],
        [
            (MODULE_FILE, "No API route requires the permission notes.write"),
            (f"{HERE}/api.py", "The route POST /api/v2/notes names no permission"),
        ],
    ),
    "a public route without limits": (
        [edit(f"{HERE}/api.py", ROUTE, ROUTE.replace("notes.write", "public"))],
        [
            (MODULE_FILE, "No API route requires the permission notes.write"),
            (f"{HERE}/api.py", "The route POST /api/v2/notes is public but not rate-limited."),
        ],
    ),
    "a route without a budget": (
        [edit(f"{HERE}/api.py", ROUTE, ROUTE.replace("queries=2", "queries=None"))],
        [(f"{HERE}/api.py", "The route POST /api/v2/notes has no query budget.")],
    ),
    "a route without a description": (
        [edit(f"{HERE}/api.py", '    """Post a note."""\n', "")],
        [(f"{HERE}/api.py", "The route POST /api/v2/notes has no description.")],
    ),
    "no erasure of personal data": (
        [declare("    personal=PersonalData(export=personal.export, erase=personal.erase),\n", "")],
        [(MODULE_FILE, "Its tables refer to accounts, but nothing says what happens to the rows when an account is deleted.")],
    ),
    "nothing about organisations": (
        [declare("    owned=owned.OWNED,\n", "")],
        [(MODULE_FILE, "The table notes belongs to organisations, but nothing says what happens to its rows when one is deleted.")],
    ),
    "an import from above": (
        [edit(f"{HERE}/events.py", "from phoenix.kernel", "from phoenix.modules.notes import queries\nfrom phoenix.kernel")],
        [(f"{HERE}/events.py", "It imports queries, which is above it.")],
    ),
    "the queries of another module": (
        [
            edit(
                f"{HERE}/actions.py", "from phoenix.kernel", "from phoenix.modules.organisations.queries import INSERT\nfrom phoenix.kernel"
            )
        ],
        [(f"{HERE}/actions.py", "It imports the queries of organisations.")],
    ),
    "an import of the feed": (
        [edit(f"{HERE}/actions.py", "from phoenix.kernel", "from phoenix.modules.feed.api import ROUTES\nfrom phoenix.kernel")],
        [
            (f"{HERE}/actions.py", "It imports the api of feed."),
            (f"{HERE}/actions.py", "It imports feed, which no module can import."),
            (MODULE_FILE, "It uses the module feed."),
        ],
    ),
    "a need that is not named": (
        [declare('needs=("accounts", "organisations")', 'needs=("accounts",)')],
        [(MODULE_FILE, "It uses the module organisations.")],
    ),
    "a need that is not used": (
        [declare('"organisations")', '"organisations", "entries")')],
        [(MODULE_FILE, "It needs entries but uses nothing of it.")],
    ),
    "a change of another module's table": (
        [add(f"{HERE}/queries.py", 'FORGET = "DELETE FROM entries"\n')],
        [(MODULE_FILE, "It uses the module entries."), (f"{HERE}/queries.py", "It changes entries, a table of entries.")],
    ),
    "an import inside a function": (
        [add(f"{HERE}/actions.py", "\n\ndef late() -> None:\n    import json\n")],
        [(f"{HERE}/actions.py", r"late\(\) contains an import.")],
    ),
    "a long file": ([add(f"{HERE}/actions.py", "#\n" * 300)], [(f"{HERE}/actions.py", r"It has 3\d\d lines.")]),
    "a file with a meaningless name": (
        [write(f"{HERE}/utils.py", "")],
        [(f"{HERE}/utils.py", "The name 'utils' does not say what is in the file.")],
    ),
    "a template that does not exist": (
        [remove(f"{HERE}/templates/list.html"), remove(f"{HERE}/templates/feed_posted.html")],
        [
            (f"{HERE}/pages.py", "It names the template notes/list.html, which does not exist."),
            (MODULE_FILE, "It names the template notes/feed_posted.html, which does not exist."),
        ],
    ),
    "a template that nothing renders": (
        [write(f"{HERE}/templates/old.html", "")],
        [(f"{HERE}/templates/old.html", "Nothing shows this template."), ("tests/web", 'No test there shows "notes/old.html".')],
    ),
    "a table that no migration creates": (
        [declare('tables=("notes",)', 'tables=("notes", "replies")')],
        [(f"{HERE}/migrations", "No migration creates the table replies.")],
    ),
    "a table that is not declared": (
        [write(f"{HERE}/migrations/notes_0002_replies.py", revision("notes_0002", sql="CREATE TABLE replies (id text)"))],
        [(MODULE_FILE, "notes_0002_replies.py creates the table replies, which no module declares.")],
    ),
    "a revision with another's name": (
        [edit(MIGRATION, 'revision = "notes_0001"', 'revision = "first"')],
        [(MIGRATION, "The revision is called first.")],
    ),
    "a first migration without a label": (
        [edit(MIGRATION, 'branch_labels = ("notes",)', "branch_labels = None")],
        [(MIGRATION, "It is the first migration of notes.")],
    ),
    "a table that might not exist yet": (
        [edit(MIGRATION, 'depends_on = ("organisations_0001",)', "depends_on = None")],
        [(MIGRATION, "It refers to accounts"), (MIGRATION, "It refers to organisations")],
    ),
    "two last migrations": (
        [write(f"{HERE}/migrations/notes_000{number}_more.py", revision(f"notes_000{number}")) for number in (2, 3)],
        [(f"{HERE}/migrations", "notes_0002 and notes_0003 both come last.")],
    ),
    "a migration after one that does not exist": (
        [write(f"{HERE}/migrations/notes_0003_more.py", revision("notes_0003", '"notes_0002"'))],
        [(f"{HERE}/migrations", "The order of the migrations cannot be determined: ")],
    ),
}
