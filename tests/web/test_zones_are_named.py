"""A page that shows times of day names their zone, once; the frame does it where the page itself does not."""

from __future__ import annotations

import re

import pytest
from tests.web.pages import PAGES

from phoenix.kernel.i18n import times
from phoenix.kernel.i18n.templates import Templates, names_no_zone


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_names_the_zone_of_its_times_once(name: str, templates: Templates) -> None:
    template, context = PAGES[name]
    main = templates.render(template, **context).partition("<main")[2].partition("</main>")[0]
    named = re.findall(r"data-zone-named>(.*?)</(?:p|span)>", main, re.DOTALL)
    shown = re.findall(r'<time datetime="[^"]*" title="[^"]*">([^<]*:\d\d)</time>', main)
    assert len(named) == 1 if shown else len(named) <= 1, shown
    for sentence in named:
        assert times.city(context["zone"]) in re.sub(r"<[^>]*>", "", sentence)
    if named and "Time zone: " in named[0] and re.fullmatch(r"Time zone: [^.]*\.", named[0]):
        assert shown, "a page without times says nothing of their zone"


def test_what_is_written_in_full_and_what_is_a_day_need_no_zone() -> None:
    assert names_no_zone('<time datetime="x" title="y">14:32</time>')
    assert names_no_zone('<time datetime="x" title="y">4 December, 14.32</time>')
    assert not names_no_zone('<time datetime="x" title="y">4 December</time>')
    assert not names_no_zone('<time datetime="x">Friday 1 January 2027, 10:00 Berlin</time>')
    assert not names_no_zone('<p data-zone-named>Berlin</p><time datetime="x" title="y">14:32</time>')
