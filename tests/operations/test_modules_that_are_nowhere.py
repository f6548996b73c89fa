"""`phoenix check-module` with a name that no module has."""

from __future__ import annotations

import pytest

from phoenix import commands
from phoenix.operations.new_module import BadName


def test_a_module_that_is_nowhere_is_not_checked() -> None:
    with pytest.raises(BadName, match="There is no module called 'nowhere'"):
        commands.check_module("nowhere")
