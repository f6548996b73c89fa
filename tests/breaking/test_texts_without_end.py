"""A text is bounded before anything looks at it, whatever field of whatever route it is sent to."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from typing import Any, get_args

import msgspec
import pytest
from tests.breaking.test_junk import LEFT_OUT, NAMES, ROUTES
from tests.effort import little_work
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.rules import MOST_BODY_BYTES

BODIES = [(method, path, route) for method, path, route in ROUTES if "data" in route.fn.__annotations__]
FORMS = [(path, route) for method, path, route in ROUTES if method == "POST" and not path.startswith("/api/") and path not in LEFT_OUT]
MARKS = "a" + "\u0301\u0323"
# What a field may take at most, decomposed: the text of an entry.
MOST_COMPOSED = 80_000
# Enough for each: one mark takes two bytes in a body of JSON, and six in a form.
IN_JSON, IN_FORM = MARKS * (MOST_BODY_BYTES // 6), MARKS * (MOST_BODY_BYTES // 16)


def body_of(route: Any) -> type[msgspec.Struct]:
    data = route.fn.__annotations__["data"]
    return get_args(data)[0] if get_args(data) else data  # type: ignore[no-any-return]


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what was composed or decomposed."""
    lengths: list[int] = []
    real = unicodedata.normalize

    def measured(form: Any, text: str) -> str:
        lengths.append(len(text))
        assert len(text) <= MOST_COMPOSED
        assert "\u0301\u0323" * 1000 not in text
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", measured)
    return lengths


def fields_of(route: Any) -> list[str]:
    return [
        field.encode_name for field in msgspec.structs.fields(body_of(route)) if "str" in str(field.type) and field.name != "credential"
    ]


@pytest.mark.usefixtures("composed")
def test_a_megabyte_of_marks_in_any_field_of_the_api_is_little_work(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            staff = await harness.person("staff", permissions=("platform.admin",))
            await harness.organisation("acme", staff="owner")
            headers = {"Authorization": f"Bearer {staff.token}", "If-Match": '"1"', "Content-Type": "application/json"}
            for method, path, route in BODIES:
                client = harness.client if "public" in route.opt["rule"].listeners else panel.client()
                if client is not harness.client:
                    headers = {**headers, **await panel.headers("staff")}
                target = path.replace("{organisation_id:str}", harness.organisations["acme"])
                for name in fields_of(route):
                    body = json.dumps({name: IN_JSON}, ensure_ascii=False).encode()
                    answer = await client.request(method, target, content=body, headers=headers)
                    assert 400 <= answer.status_code < 500, f"{method} {path} {name}: {answer.status_code}"
            assert len(BODIES) > 20

    with little_work():
        asyncio.run(run())


def test_marks_without_end_in_any_field_of_any_form_are_little_work(harness: Harness, composed: list[int]) -> None:
    """All fields together make a megabyte; those that are looked at are so many that composing them would take seconds."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            staff = await harness.person("staff", permissions=("platform.admin",))
            await harness.organisation("acme", staff="owner")
            shares = {name: IN_FORM[: len(IN_FORM) // len(NAMES)] for name in NAMES}
            for path, route in FORMS:
                inside = "public" not in route.opt["rule"].listeners
                client = panel.client() if inside else harness.client
                headers = await panel.headers("staff") if inside else {"Cookie": f"phoenix_session={staff.token}"}
                csrf = token_for(harness.runtime.keys, (await panel.session("staff")).id if inside else staff.session)
                target = path.replace("{slug:str}", "acme").replace("{account_id:str}", staff.id)
                for form in (shares, {"title": IN_FORM}):
                    answer = await client.post(target, data={**form, "csrf": csrf}, headers=headers)
                    assert answer.status_code < 500, f"{path}: {answer.status_code}"

    with little_work():
        asyncio.run(run())
    assert composed
