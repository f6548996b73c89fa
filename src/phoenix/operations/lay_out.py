"""Write files from templates: `<word>` in a text and `WORD` in a file's name are replaced with the given words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SUFFIX = ".txt"


def lay_out(templates: Path, target: Path, words: Mapping[str, str]) -> list[Path]:
    """Write every template below a folder to the same place below `target`. Returns the files written. Overwrites nothing."""
    written = []
    for source in sorted(templates.rglob(f"*{SUFFIX}")):
        name = source.relative_to(templates).as_posix().removesuffix(SUFFIX)
        text = source.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"<{word}>", value)
            if word.isupper():
                name = name.replace(word, value)
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        written.append(path)
    return written
