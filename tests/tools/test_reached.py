"""tools/reached.py fails the build if too few branches are taken, or an error is raised by no test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tools.reached import main, never_raised, raises, share_of_branches

from tools import reached

SOURCE = """\
class Shop:
    def buy(self, count):
        if count < 1:
            raise ShopError("Buy one at least.")
        try:
            return self.stock[count]
        except KeyError as error:
            raise
        except IndexError as error:
            raise NotFound from error
        except TypeError as error:
            raise error

def close():
    raise RuntimeError("A fault.")

def open_at(hour):
    def refuse():
        raise errors.Closed()
    raise _too_early(hour)
"""


def figures(*reached: int, covered: int = 97) -> dict[str, Any]:
    return {
        "summary": {"covered_branches": covered, "missing_branches": 100 - covered, "percent_covered": 99.9},
        "files": {"shop.py": {"executed_lines": [*reached], "summary": {"missing_branches": 100 - covered}}},
    }


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SOURCE)
    return tmp_path


def test_only_our_own_errors_count_and_not_those_raised_again() -> None:
    found = [(one.line, one.function, one.text) for one in raises("shop.py", SOURCE)]
    assert found == [
        (4, "Shop.buy", "raise ShopError('Buy one at least.')"),
        (10, "Shop.buy", "raise NotFound from error"),
        (19, "open_at.refuse", "raise errors.Closed()"),
        (20, "open_at", "raise _too_early(hour)"),
    ]


def test_each_error_that_no_test_raises_is_named(shop: Path) -> None:
    found, stale = never_raised(figures(4, 20), shop, {})
    assert [one.line for one in found] == [10, 19]
    assert stale == []


def test_a_listed_exception_must_still_be_needed(shop: Path) -> None:
    exceptions = {"shop.py open_at.refuse": "a reason", "shop.py Shop.buy": "another"}
    assert never_raised(figures(4, 10, 20), shop, exceptions) == ([], ["shop.py Shop.buy"])
    assert never_raised(figures(4, 20), shop, exceptions) == ([], [])


def test_the_percentage_counts_branches_only() -> None:
    assert share_of_branches(figures(covered=95)) == 95.0


@pytest.mark.parametrize(("covered", "status"), [(96, 0), (95, 1)])
def test_the_build_fails_below_the_minimum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], covered: int, status: int
) -> None:
    monkeypatch.setattr(reached, "NOT_RAISED", {})
    measured = figures(covered=covered)
    measured["files"] = {"src/phoenix/__init__.py": measured["files"]["shop.py"]}
    (tmp_path / "figures.json").write_text(json.dumps(measured))
    assert main(str(tmp_path / "figures.json")) == status
    assert (f"src/phoenix/__init__.py: {100 - covered} branches are not taken" in capsys.readouterr().out) == (status == 1)
