"""Demo data: people to sign in as, sample entries, and millions of rows for measurements."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.module import Module

MODULE = Module(
    name="demo",
    about="Sample people and entries, and large data sets for load tests.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations", "entries"),
)
