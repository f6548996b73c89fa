"""The functions and filters that templates use."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from tests.web import samples
from tests.web.listings import plain

from phoenix.kernel.i18n.templates import AssetsMissingError, Templates, paragraphs, query


def test_a_missing_template_variable_is_an_error(templates: Templates) -> None:
    with pytest.raises(UndefinedError, match="entries"):
        templates.render("entries/list.html", **samples.frame(listing=plain([], "/")))


def test_a_missing_bundle_says_which_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissingError, match="npm run build"):
        Templates({}, tmp_path).asset("app.css")
    (tmp_path / "manifest.json").write_text(
        '{"web/app.ts": {"file": "app-1.js", "src": "web/app.ts"}, "_shared.js": {"file": "shared-1.js"}}'
    )
    templates = Templates({}, tmp_path)
    assert templates.asset("app.js") == "/static/app-1.js"
    with pytest.raises(AssetsMissingError, match=r"app\.css"):
        templates.asset("app.css")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one", "<p dir='auto'>one</p>"),
        ("one\r\n\r\n\r\ntwo", "<p dir='auto'>one</p>\n<p dir='auto'>two</p>"),
        ("one\ntwo", "<p dir='auto'>one<br>\ntwo</p>"),
        ("a < b & c\n\n  ", "<p dir='auto'>a &lt; b &amp; c</p>"),
    ],
)
def test_text_is_split_into_paragraphs(text: str, html: str) -> None:
    assert paragraphs(text) == html.replace("'", '"')


def test_a_query_string_leaves_out_empty_values() -> None:
    assert query("/sign-in", next="") == "/sign-in"
    assert query("/sign-in", next="/o/x?a=b&c", email=None) == "/sign-in?next=%2Fo%2Fx%3Fa%3Db%26c"


def test_times_are_shown_in_the_readers_zone(templates: Templates) -> None:
    template = templates.environment.from_string(
        "{{ at | moment }}|{{ at | clock }}|{{ at | in_full('Asia/Tokyo') }}|{{ '2026-11-10' | day_month }}"
    )
    html = template.render(at="2026-11-22T17:40:00+00:00", zone="Europe/Berlin", now=samples.NOW)
    moment, clock, full, day = html.split("|")
    assert moment == '<time datetime="2026-11-22T17:40:00.000Z" title="Sunday 22 November 2026, 18:40 Berlin">Sun 18:40</time>'
    assert clock.endswith(">18:40</time>")
    assert "Monday 23 November 2026, 02:40 Tokyo" in full
    assert day == "10 November"


def test_a_feed_is_divided_into_the_readers_days(templates: Templates) -> None:
    template = templates.environment.from_string(
        "{% for day in items | by_day %}{{ day.date }} {{ day.name }} {{ day.items | length }};{% endfor %}"
    )
    items = [
        samples.happened(3, "", samples.ago(hours=1)),
        samples.happened(2, "", samples.ago(hours=14)),
        samples.happened(1, "", samples.ago(hours=20)),
    ]
    berlin = template.render(items=items, zone="Europe/Berlin", now=samples.NOW)
    tokyo = template.render(items=items, zone="Asia/Tokyo", now=samples.NOW)
    assert berlin == "2026-11-23 Today 2;2026-11-22 Yesterday, 22 November 1;"
    assert tokyo == "2026-11-23 Today 3;"


def test_a_time_zone_shows_its_offset_and_no_page_lists_all_of_them(templates: Templates, rendered: dict[str, str]) -> None:
    template = templates.environment.from_string(
        '{% import "macros/fields.html" as fields %}{{ fields.time_zone("z", "Zone", {"z": chosen}, {}, now) }}'
    )
    assert "Berlin, UTC+01:00" in template.render(chosen="Europe/Berlin", now=samples.NOW)
    assert 'value="US/Old"' in template.render(chosen="US/Old", now=samples.NOW)
    assert {name for name, page in rendered.items() if page.count("Pacific/") > 3} == {"time-zones"}
