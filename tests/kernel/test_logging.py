"""S6: nothing personal is logged, whether by key, in a sentence, in a traceback, or by a library or a warning."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog
from tests.logs import logging_of

from phoenix.kernel.security.logging import Guarded, configure
from phoenix.kernel.security.redaction import remember
from phoenix.settings import LogSettings

SECRETS = ("ada.lovelace@example.com", "pho_access_0123456789abcdef0123456789abcdef", "198.51.100.23", "nine lanterns by the harbour")


@pytest.fixture(params=["json", "pretty"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    with logging_of(LogSettings(level="debug", format=request.param)) as stream:
        yield stream


def fail(mail: str, password: str) -> None:
    raise ValueError(f"cannot sign in {mail}")


def test_nothing_personal_is_logged(written: io.StringIO) -> None:
    log = structlog.get_logger("test")
    mail, token, address, password = SECRETS
    log.info("signed_up", email=mail, token=token, ip=address, form={"password": password})
    log.info(f"someone at {address} is {mail}")
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


@pytest.mark.parametrize("name", ["request_refused", "info", "status", "event", "Request_Refused"])
def test_someone_called_like_a_word_of_ours_hides_no_event(written: io.StringIO, name: str) -> None:
    with remember(name):
        structlog.get_logger("test").info("request_refused", status=404, said=f"{name} was here", by=name)
        logging.getLogger("library").warning(name)
    ours, library = written.getvalue().splitlines()
    assert "request_refused" in ours
    assert "404" in ours
    assert "status" in ours
    assert f"{name} was" not in ours
    assert "[redacted] was here" in ours
    assert ours.count("[redacted]") == 2
    assert "[redacted]" in library


def test_ids_times_and_codes_are_logged_unchanged(written: io.StringIO) -> None:
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


LEAKING = [
    "line one\nada.lovelace@example.com",
    "back\\slash\\ada.lovelace@example.com",
    '"ada lovelace"@example.com',
    'Cookie: session=lovelace; theme="dark"\nnext',
    "Failing row contains (acc_1, lovelace).\nnext",
    'invalid input syntax for type uuid: "lovelace"\nnext',
    'https://ada:lovelace@host/x"y"',
    'password="lovelace x"\nnext',
    "{'name': 'Ada \\'lovelace'}",
    'token="lovelace',
    "Bearer lovelace123\\n",
]


@pytest.mark.parametrize("text", LEAKING)
def test_a_redacted_line_is_still_json(text: str) -> None:
    stream = io.StringIO()
    handlers, hooks = logging.getLogger().handlers[:], (sys.excepthook, threading.excepthook, sys.unraisablehook)
    try:
        configure(LogSettings(), stream=stream)
        structlog.get_logger("test").warning(f"it said {text}", note=text, items=[{text: text}], error=ValueError(text))
        logging.getLogger("library").warning("it said %s", text)
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        logging.getLogger().handlers[:] = handlers
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    assert "lovelace" not in stream.getvalue()
    assert [json.loads(line)["level"] for line in stream.getvalue().splitlines()] == ["warning", "warning"]


def test_a_thread_that_crashes_is_logged(written: io.StringIO) -> None:
    thread = threading.Thread(target=fail, args=SECRETS[:1] + SECRETS[3:])
    thread.start()
    thread.join()
    assert "crashed" in written.getvalue()
    assert "lovelace" not in written.getvalue()


PROGRAM = """
import logging, sys
stray = logging.getLogger("stray")
stray.addHandler(logging.StreamHandler())
stray.propagate = False
from phoenix.kernel.security.logging import Guarded, configure
from phoenix.settings import LogSettings
configure(LogSettings())
stray.warning("own handler %s", "ada@example.com")
stray.warning("broken %d", "ada@example.com")
class Loud:
    def __del__(self):
        raise ValueError("ada@example.com")
Loud()
raise RuntimeError("ada@example.com")
"""


def test_all_output_of_a_process_is_redacted() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["own handler [email]", "log_failed", "crashed", "crashed"]
    assert "ada@" not in done.stderr


def test_ctrl_c_is_not_logged_as_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_of(LogSettings(level="debug", format="json")) as stream:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        assert stream.getvalue() == ""
    assert "KeyboardInterrupt" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "said"), [(LookupError("of Ada"), True), (BrokenPipeError("closed"), False)])
def test_a_line_that_cannot_be_rendered_says_so_without_its_arguments(written: io.StringIO, error: Exception, said: bool) -> None:
    """If the output is closed, the error cannot be reported anywhere."""
    record = logging.LogRecord("library", logging.WARNING, __file__, 1, "sent to %s", (SECRETS[0],), None)

    class Rendering(Guarded):
        def format(self, record: logging.LogRecord) -> str:
            raise error

    Rendering(written).emit(record)
    assert ("LookupError" in written.getvalue()) is said
    assert SECRETS[0] not in written.getvalue()


def test_an_output_that_is_closed_ends_nothing() -> None:
    """A background task that logged its failure there would otherwise end without a word."""
    with logging_of(LogSettings(level="debug", format="json")) as stream:
        stream.close()
        structlog.get_logger("phoenix").error("background_failed", exc_info=RuntimeError("on purpose"))


def test_a_report_that_fails_is_not_reported_again(written: io.StringIO) -> None:
    class Failing(Guarded):
        def format(self, record: logging.LogRecord) -> str:
            raise LookupError(record.name)

    logging.getLogger().handlers[:] = [Failing(written)]
    structlog.get_logger("phoenix").error("background_failed")
    assert written.getvalue() == ""
