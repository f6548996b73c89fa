"""A page as it is shown, and as it is read out, says nothing in the words that were replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.test_words_of_the_design import ALL, ON_PAGES, wrong
from tests.web.markup import parse
from tests.web.pages import PAGES

from phoenix.kernel.i18n.templates import Templates

# Parts of a sentence. Everything else that contains nothing but these is one text.
INLINE = frozenset({"b", "strong", "em", "code", "a", "time", "bdi", "span", "br", "svg", "use", "path", "small"})
# Where a field's or an error's own name may be one of the words.
OF_THE_API = frozenset({"api-docs", "api-docs-signed-in"})


def shown(html: str) -> Iterator[str]:
    """The texts that a page shows or that are read out, one by one."""
    elements, _faults = parse(html)
    for element in elements:
        if element.tag not in {"script", "style", "html", "body", "head"} and all(inner.tag in INLINE for inner in element.inside):
            yield element.text
        yield from (value for name in ("aria-label", "title", "placeholder", "alt") if (value := element.get(name)))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_as_it_is_shown_says_nothing_of_the_old_kind(name: str, templates: Templates) -> None:
    template, context = PAGES[name]
    table = ALL if name in OF_THE_API else ON_PAGES
    found = {why for text in shown(templates.render(template, **context)) for why in wrong(text, table)}
    assert sorted(found) == []


def test_a_text_is_read_with_the_parts_of_its_sentence() -> None:
    texts = list(shown("<main><p>Have another <b>one sent</b>.</p><button title='Keep it'>Keep</button></main>"))
    assert texts == ["Have another one sent.", "one sent", "Keep", "Keep it"]
    assert [bool(wrong(text, ON_PAGES)) for text in texts] == [True, False, True, True]
