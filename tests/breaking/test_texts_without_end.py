"""A text is bounded before anything looks at it, whatever field of whatever route it is sent to."""

from __future__ import annotations

import asyncio
import types
import unicodedata
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import pytest
from tests.breaking.test_junk import ROUTES
from tests.effort import little_work
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import Requests, body_of

from phoenix.kernel.i18n.fields import LONGEST_SENT
from phoenix.kernel.web import handling
from phoenix.kernel.web.rules import BODY, MOST_BODY_BYTES

BODIES = [(method, path, route) for method, path, route in ROUTES if body_of(route) is not None]
# No form, but what a mail program sends: nothing of it is read.
ONE_CLICK = "/notifications/unsubscribe/{token:str}"
FORMS = [(path, route) for method, path, route in ROUTES if method == "POST" and not path.startswith("/api/") and path != ONE_CLICK]
MARKS = "\u0301\u0323"
# What a field may take at most, decomposed: the text of an entry.
MOST_COMPOSED = 80_000
# One mark takes two bytes in a body of JSON, and six in a form, where this leaves room for the other fields.
IN_JSON, IN_FORM = "a" + MARKS * (MOST_BODY_BYTES // 5), ("a" + MARKS * LONGEST_SENT)[:LONGEST_SENT]
# A text in an object without a schema is put there.
IN_OBJECT = "id"
Where = tuple[str, ...]
LISTS = {"kinds", "scopes"}
PASSKEY = {"challenge": "x", "credential": {"id": "x", "rawId": "x", "type": "public-key", "response": {}}}
# Fields that a handler looks at, and does not name when it refuses what is in them.
NOT_NAMED = {
    "captcha": "none is asked for here",
    "challenge": "a wrong one refuses the request as a whole",
    "credential": "so does this",
    "device": "an unknown one is like none",
    "entry": "one that is not there is not found",
    "locale": "the nearest is taken",
    "refresh_token": "a wrong one refuses the request as a whole",
    "token": "so does this",
    "/api/v2/password_checks email": "it is only what an attacker would try",
    "/api/v2/password_checks name": "the same",
    "/api/v2/password_checks password": "why it cannot be used is the answer",
    "/api/v2/sessions email": "whether it was that or the password is not said",
    "/api/v2/sessions password": "the same",
    "/api/v2/sessions/current/reauthenticate code": "the method is the password here",
    "/api/v2/sessions/second_factor method": "a code that was not entered by that method is wrong",
}


def texts_of(body: type[msgspec.Struct]) -> Iterator[tuple[Where, int]]:
    """Where a body takes text, and how much at most: in its fields, in lists, in objects, and in what has no schema.

    At most 0 where its schema says what it looks like, which no mark fits.
    """
    for field in msgspec.structs.fields(body):
        kinds, most = set(_kinds(field.type)), [LONGEST_SENT]
        _longest(field.type, most)
        if str in kinds or (list in kinds and _is_inside(field.type, str)):
            yield (field.encode_name,), 0 if has_pattern(field.type) else min(most)
        if dict in kinds and not _is_inside(field.type, msgspec.Struct):
            yield (field.encode_name, IN_OBJECT), LONGEST_SENT
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                yield from (((field.encode_name, *inner), length) for inner, length in texts_of(kind))


def _is_inside(of: Any, wanted: type) -> bool:
    """Whether what is in a list, or what the keys of an object lead to, is of a type."""
    inner = get_args(of)
    if get_origin(of) in {list, dict}:
        return any(isinstance(kind, type) and issubclass(kind, wanted) for kind in _kinds(inner[-1]))
    return any(_is_inside(each, wanted) for each in inner)


def has_pattern(of: Any) -> bool:
    """Whether a schema says what a text looks like, so that no mark gets through."""
    return any((isinstance(each, msgspec.Meta) and each.pattern is not None) or has_pattern(each) for each in get_args(of))


def _longest(of: Any, found: list[int]) -> None:
    """Collect the lengths that a schema lets through."""
    found += [each.max_length for each in get_args(of)[1:] if isinstance(each, msgspec.Meta) and each.max_length is not None]
    for each in get_args(of):
        _longest(each, found)


def _kinds(of: Any) -> Iterator[Any]:
    origin = get_origin(of)
    if origin is Annotated:
        yield from _kinds(get_args(of)[0])
    elif origin in {Union, types.UnionType}:
        for each in get_args(of):
            yield from _kinds(each)
    else:
        yield origin or of


def with_text(body: dict[str, Any], where: Where, text: str) -> dict[str, Any]:
    """The body with the text in it, and without what would be looked at instead of it."""
    name, *inner = where
    body = {**body, **({"method": "passkey", "passkey": PASSKEY} if name == "passkey" else {})}
    instead = {"email": "token", "code": "token", "password": "code"}.get(name)
    body = {key: value for key, value in body.items() if key != instead}
    if inner:
        body[name] = with_text(body.get(name, {}), tuple(inner), text)
    else:
        body[name] = [text] if name in LISTS else text
    return body


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


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies with which a handler was called."""
    bodies: list[bytes] = []
    real = handling.handle

    async def noting(request: Any, rule: Any, admission: Any, run: Any, respond: Any, **options: Any) -> Any:
        async def noted(call: Any) -> Any:
            bodies.append(await request.body())
            return await run(call)

        return await real(request, rule, admission, noted, respond, **options)

    monkeypatch.setattr("phoenix.kernel.web.endpoint.handle", noting)
    return bodies


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize("much", [False, True], ids=["what the schema lets through", "a megabyte"])
def test_marks_without_end_in_any_text_of_the_api_are_little_work(harness: Harness, handled: list[bytes], *, much: bool) -> None:
    """All else is valid. The handler gets what the schema lets through, and refuses it by name; what it does not is refused before."""
    wrong, reached, unnamed = [], [], set()

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            requests = Requests(harness, panel)
            for method, path, route in BODIES:
                for where, most in texts_of(body_of(route) or msgspec.Struct):
                    if not (much or most):
                        continue
                    text = IN_JSON if much else IN_JSON[:most]
                    # The limits of the sender before.
                    harness.clock.advance(minutes=15)
                    with little_work():
                        answer = await requests.send(
                            method,
                            path,
                            route,
                            before=handled.clear,
                            replace=partial(with_text, where=where, text=text),
                        )
                    field = [name for name in where if name != IN_OBJECT][-1]
                    errors = answer.json().get("errors", ()) if answer.content else ()
                    named = field in {error["field"].partition("[")[0].rpartition(".")[2] for error in errors}
                    got = any(text in body.decode() for body in handled)
                    if route.opt["rule"].within == BODY + field:
                        # It names the organisation that is decided about, before anything is validated.
                        assert (answer.status_code, got) == (404, False)
                        continue
                    if answer.status_code >= 500 or got == much or (much and not named):
                        wrong.append(f"{method} {path} {where}: {answer.status_code} {got=} {answer.text[:200]}")
                    reached.extend([where] if got else [])
                    if not named:
                        unnamed.add(f"{path} {field}" if f"{path} {field}" in NOT_NAMED else field)

    asyncio.run(run())
    assert not wrong, "\n".join(wrong)
    assert len(reached) == 0 if much else len(reached) > 80
    assert unnamed == (set() if much else set(NOT_NAMED))


class Read(dict[str, str]):
    """A form that notes which of its fields are asked for."""

    def __init__(self, form: Mapping[str, str]) -> None:
        super().__init__(form)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[Read]:
    """The forms with which a handler was called."""
    read: list[Read] = []
    real = handling.handle

    async def noting(request: Any, rule: Any, admission: Any, run: Any, respond: Any, *, form: Any, **options: Any) -> Any:
        noted = None if form is None else Read(form)

        async def noting_run(call: Any) -> Any:
            read.extend([noted] if noted is not None else [])
            return await run(call)

        return await real(request, rule, admission, noting_run, respond, form=noted, **options)

    monkeypatch.setattr("phoenix.kernel.web.form_routes.handle", noting)
    return read


@pytest.mark.usefixtures("composed")
def test_marks_without_end_in_any_field_of_any_form_are_little_work(harness: Harness, forms: list[Read]) -> None:
    """Which fields a handler reads is seen from a form that it takes; each of them is then sent as long as a form lets through."""
    wrong, reached, never = [], [], []

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            requests = Requests(harness, panel)
            for path, route in FORMS:
                harness.clock.advance(minutes=15)
                answer = await requests.send("POST", path, route, before=forms.clear)
                if not forms:
                    never.append(f"{path}: {answer.status_code}")
                for name in sorted({name for form in forms for name in form.asked}):
                    harness.clock.advance(minutes=15)
                    with little_work():
                        answer = await requests.send(
                            "POST", path, route, before=forms.clear, replace=partial(with_text, where=(name,), text=IN_FORM)
                        )
                    if answer.status_code >= 500:
                        wrong.append(f"{path} {name}: {answer.status_code}")
                    if any(form.get(name) == IN_FORM for form in forms):
                        reached.append(f"{path} {name}")
                    else:
                        wrong.append(f"{path} {name}: {answer.status_code}, not reached")

    asyncio.run(run())
    assert not wrong, "\n".join(wrong)
    assert never == []
    assert len(reached) > 100
