"""S6: nothing personal is written, whichever way it comes: by key, in a sentence, in a traceback, from a library or a warning."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from phoenix.kernel.logging import configure
from phoenix.kernel.redaction import remember
from phoenix.settings import Logs

SECRETS = ("ada.lovelace@example.com", "pho_access_0123456789abcdef0123456789abcdef", "198.51.100.23", "nine lanterns by the harbour")


@pytest.fixture(params=["json", "pretty"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    configure(Logs(level="debug", format=request.param), stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def fail(mail: str, password: str) -> None:
    raise ValueError(f"cannot log in {mail}")


def test_nothing_personal_is_written(written: io.StringIO) -> None:
    log = structlog.get_logger("test")
    mail, token, address, password = SECRETS
    log.info("signed_up", email=mail, token=token, ip=address, form={"password": password})
    log.info(f"somebody at {address} is {mail}")
    logging.getLogger("library").warning("request from %s with Bearer %s", address, token)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"odd address {mail}", stacklevel=1)
    try:
        fail(mail, password)
    except ValueError:
        log.exception("failed")
    with remember("Ada Lovelace", password):
        log.info("said", sentence=f"Ada Lovelace uses {password}")
    text = written.getvalue()
    for secret in (*SECRETS, "Ada Lovelace", "lovelace"):
        assert secret not in text, text
    assert "ValueError" in text
    assert "test_logging.py" in text


def test_ids_times_and_codes_survive(written: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="94e5df46f98e9b8a")
    try:
        structlog.get_logger("test").info("request_refused", code="not_found", status=404, subject="ent_01m85f5g7petvrtfjpxd0d6e46")
    finally:
        structlog.contextvars.clear_contextvars()
    text = written.getvalue()
    for kept in ("94e5df46f98e9b8a", "not_found", "404", "ent_01m85f5g7petvrtfjpxd0d6e46", "request_refused"):
        assert kept in text
    if text.startswith("{"):
        assert json.loads(text)["level"] == "info"
