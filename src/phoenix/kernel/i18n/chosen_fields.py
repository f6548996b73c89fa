"""Fields of forms that nobody types in: hidden ones, and those with a choice. They are read from the templates, so that each module's count."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_CHOSEN = re.compile(
    r'<input type="hidden" name="(\w+)"|<select[^>]* name="(\w+)"|fields\.(?:select|checkbox)\("(\w+)"'
    r'|<input[^>]* type="(?:radio|checkbox)"[^>]* name="(\w+)"|<input type="(?:radio|checkbox)" name="(\w+)"'
)
# The last is a macro whose field has a name of its own if it's given none.
_TYPED = re.compile(
    r'fields\.(?:text|textarea|email|time_zone)\("(\w+)"|<textarea[^>]* name="(\w+)"|<input class="input[^>]* name="(\w+)"'
    r'|macro (?:text|textarea|email)\([^)]*\bname="(\w+)"'
)


@functools.cache
def chosen_fields(*folders: Path) -> frozenset[str]:
    """The names of the fields that are only ever chosen or hidden in these folders of templates. A name made by a template counts as typed."""
    texts = [file.read_text(encoding="utf-8") for folder in folders for file in sorted(folder.rglob("*.html"))]
    return _names(_CHOSEN, texts) - _names(_TYPED, texts)


def _names(pattern: re.Pattern[str], texts: list[str]) -> frozenset[str]:
    return frozenset(name for text in texts for found in pattern.findall(text) for name in found if name)
