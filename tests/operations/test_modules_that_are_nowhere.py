"""`phoenix check-module` with a name that no module has."""

from __future__ import annotations

import pytest

from phoenix import commands
from phoenix.operations.new_module import BadName


def test_checking_an_unknown_module_is_refused() -> None:
    with pytest.raises(BadName, match="There is no module called 'nowhere'"):
        commands.check_module("nowhere")
