"""Templates are compiled once in a process, and again when their source has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

from phoenix.kernel.i18n.templates import Templates


def test_a_template_is_compiled_once_and_again_after_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str | None] = []
    compile_it = Environment.compile

    def count(self: Environment, source: str, name: str | None = None, *given: object) -> object:
        compiled.append(name)
        return compile_it(self, source, name, *given)  # type: ignore[call-overload] # handed on as it came

    monkeypatch.setattr(Environment, "compile", count)
    page = tmp_path / "once.html"
    page.write_text("{{ number }} of {{ all }}")

    def shown() -> str:
        return Templates({"pages": tmp_path}, tmp_path).render("pages/once.html", number=1, all=2)

    assert [shown(), shown()] == ["1 of 2", "1 of 2"]
    assert compiled == ["once.html"]
    page.write_text("{{ number }} from {{ all }}")
    assert shown() == "1 from 2"
    assert compiled == ["once.html"] * 2
