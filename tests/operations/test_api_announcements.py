"""A change of the API that breaks clients passes only if it was announced in time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.operations.api_documents import NOTES, Json, call, document
from tools.api_compare import Announcement, judge, last_release, read_announcements

TEXT = "`PATCH /notes` is gone."
ANNOUNCED = Announcement("PATCH", "/notes/*", "method_removed", "2.1.0", date(2026, 1, 1), date(2026, 6, 1), TEXT)


def removed(version: str = "2.1.0") -> tuple[Json, Json]:
    new = document()
    call(new, "get")
    new["paths"][NOTES].pop("patch")
    new["info"]["version"] = version
    return document(), new


def wrong(announcements: list[Announcement], changelog: str, version: str = "2.1.0", release_on: date | None = None) -> str:
    return "\n".join(judge(*removed(version), announcements, changelog, release_on=release_on)[0])


def test_a_breaking_change_passes_only_if_it_was_announced() -> None:
    assert "PATCH /notes/{note_id}: no longer exists." in wrong([], TEXT)
    assert wrong([ANNOUNCED], "- `PATCH\n  /notes` is gone.") == ""
    assert "CHANGELOG.md does not contain its text" in wrong([ANNOUNCED], "nothing")


@pytest.mark.parametrize("other", [{"method": "GET"}, {"path": "/teams"}, {"kind": "path_removed"}])
def test_an_announcement_of_another_change_does_not_allow_it(other: dict[str, str]) -> None:
    values = {name: getattr(ANNOUNCED, name) for name in ANNOUNCED.__slots__}
    assert "no longer exists" in wrong([Announcement(**{**values, **other})], TEXT)


def test_a_major_version_can_break_calls_named_in_the_changelog() -> None:
    assert "CHANGELOG.md must name" in wrong([], "nothing", "3.0.0")
    assert wrong([], "PATCH /notes/{note_id} is gone", "3.0.0") == ""
    assert wrong([], "PATCH /notes/{note_id} is gone", "2.9.0") != ""


def test_an_announced_change_that_has_not_been_made_yet_is_reported_and_passes() -> None:
    faults, notes = judge(document(), document(), [ANNOUNCED], TEXT)
    assert faults == []
    assert notes == ["PATCH /notes/* [method_removed]: announced for 2.1.0, but not made yet."]
    old = document()
    old["info"]["version"] = "2.1.0"
    assert "can be removed" in judge(old, old, [ANNOUNCED], TEXT)[1][0]


def test_no_release_is_allowed_before_the_announced_date() -> None:
    assert "promised until 2026-06-01" in wrong([ANNOUNCED], TEXT, release_on=date(2026, 5, 31))
    assert wrong([ANNOUNCED], TEXT, release_on=date(2026, 6, 1)) == ""


def test_an_end_date_before_the_deprecation_date_is_refused() -> None:
    values = {name: getattr(ANNOUNCED, name) for name in ANNOUNCED.__slots__}
    assert "before it is deprecated" in wrong([Announcement(**{**values, "sunset": date(2025, 1, 1)})], TEXT)
    assert "since must be a version" in wrong([Announcement(**{**values, "since": "soon"})], TEXT)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("deprecated = '2026-01-01'", "needs deprecated, a date"), ("text = ''", "needs text"), ("why = 'x'", "why, which are unknown")],
)
def test_an_incomplete_announcement_is_refused(line: str, sentence: str) -> None:
    entry = {
        "method": "'PATCH'",
        "path": "'/notes'",
        "kind": "'path_removed'",
        "since": "'2.1.0'",
        "deprecated": "2026-01-01",
        "sunset": "2026-01-01",
        "text": "'x'",
    }
    name, _, value = line.partition(" = ")
    text = "[[change]]\n" + "\n".join(f"{key} = {each}" for key, each in {**entry, name: value}.items())
    with pytest.raises(SystemExit, match=sentence):
        read_announcements(text)


def test_the_last_release_is_the_one_with_the_highest_version(tmp_path: Path) -> None:
    for version in ("2.0.0", "2.10.0", "2.9.1"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "openapi.json").touch()
    (tmp_path / "3.0.0").mkdir()
    assert last_release(tmp_path).name == "2.10.0"
