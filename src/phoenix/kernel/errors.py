"""Errors: every one has a status, a stable code for machines and a sentence for people (RFC 9457)."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class FieldError(Struct, frozen=True):
    """One refused field of the input: its path, a stable code and a sentence for people."""

    field: str
    code: str
    detail: str


class PhoenixError(Exception):
    """A refusal that a person or a client may be told of. Subclasses fix `status`, `code` and `title`."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something broke on our side"
    sentence: ClassVar[str] = ""
    """What is said where nothing more is known; the title, unless a subclass has better."""
    keeps_changes: ClassVar[bool] = False
    """Whether what was written before the refusal is kept, as a spent try must be."""
    shows_form: ClassVar[bool] = False
    """Whether a form that was refused for it is shown again with what was entered."""

    def __init__(self, detail: str = "", *, errors: tuple[FieldError, ...] = (), headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.sentence or f"{self.title}."
        self.errors = errors
        self.headers = headers or {}


class NotSignedIn(PhoenixError):
    status, code, title = 401, "not_logged_in", "Log in first"


class Forbidden(PhoenixError):
    status, code, title = 403, "forbidden", "Not allowed"


class ReauthenticationRequired(Forbidden):
    """The session is good, but the act wants a proof that the person is there now."""

    code, title = "reauthentication_required", "Show that it is you"


class SecondFactorNeeded(Forbidden):
    """This installation asks a second factor of this person, who has none yet."""

    code, title = "second_factor_owed", "Set up a second step first"
    sentence = "Here a second step is asked of you: a passkey or an authenticator app. Set one up in your security settings; then everything is open."


class NotWhileImpersonating(Forbidden):
    code, title = "not_while_impersonating", "Not while looking through another person's eyes"


class NotFound(PhoenixError):
    """Also for what the reader may not know of."""

    status, code, title = 404, "not_found", "Not found"
    sentence = "There is nothing here, or nothing that you may see."


class Conflict(PhoenixError):
    shows_form = True
    status, code, title = 409, "conflict", "That conflicts with something that is already there"


class PreconditionFailed(PhoenixError):
    shows_form = True
    status, code, title = 412, "precondition_failed", "Somebody else changed it meanwhile"


class InvalidInput(PhoenixError):
    shows_form = True
    status, code, title = 422, "invalid_input", "Some of that cannot be used as it is"


class PreconditionRequired(PhoenixError):
    status, code, title = 428, "precondition_required", "Say which version you are changing"


class TooManyRequests(PhoenixError):
    """`retry_after` is in whole seconds and becomes the Retry-After header."""

    shows_form = True

    status, code, title = 429, "too_many_requests", "Too many attempts"

    def __init__(self, detail: str = "", *, retry_after: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after)), **(headers or {})})
        self.retry_after = retry_after


class Unavailable(PhoenixError):
    """A part Phoenix stands on does not answer; worth trying again after `retry_after` seconds."""

    status, code, title = 503, "unavailable", "Phoenix is not ready for this right now"

    def __init__(self, detail: str = "", *, retry_after: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class QueryBudgetExceeded(RuntimeError):
    """A route made more queries than it declared. Raised in development and tests, logged in production."""
