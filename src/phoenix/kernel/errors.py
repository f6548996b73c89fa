"""Errors: each has a status, a stable code for machines and a sentence for people (RFC 9457)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from msgspec import Struct, structs

from phoenix.kernel.language import Message, _


class FieldError(Struct, frozen=True):
    """One invalid field of the input: its path, a stable code and a sentence for people, in the language of whoever reads now."""

    field: str
    code: str
    detail: str

    def __post_init__(self) -> None:
        structs.force_setattr(self, "detail", str(Message(str.__str__(self.detail))))


class PhoenixError(Exception):
    """An error that is shown to a person or a client. Subclasses fix `status`, `code`, `title` and `sentence`.

    Title and sentence are translated (see `tools.messages`), the detail into the language of whoever reads when it is raised.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = _("Something went wrong")
    sentence: ClassVar[str] = _("An error occurred on our side, and your last change was not saved. Try again in a minute.")
    """The detail if none is given: never the title again."""
    keeps_changes: ClassVar[bool] = False
    """Whether writes made before the error are committed anyway, as a counted attempt must be."""
    keeps_spent: ClassVar[bool] = False
    """Whether what was used up before the error stays used: only where the act goes on from here, or nobody holds what was used."""
    shows_form: ClassVar[bool] = False
    """Whether the form that caused this error is shown again with what was entered."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.title, cls.sentence = Message(str.__str__(cls.title)), Message(str.__str__(cls.sentence))

    def __init__(self, detail: str = "", *, errors: tuple[FieldError, ...] = (), headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = str(Message(str.__str__(detail or self.sentence)))
        self.errors = errors
        self.headers = headers or {}


class NotSignedIn(PhoenixError):
    status, code, title = 401, "not_logged_in", "Sign in first"
    sentence = "You need to be signed in to do this."


class Forbidden(PhoenixError):
    status, code, title = 403, "forbidden", "Not allowed"
    sentence = "You don't have permission to do this."


class ReauthenticationRequired(Forbidden):
    """The session is valid, but the action needs a recent authentication."""

    code, title = "reauthentication_required", "Confirm it's you"
    sentence = "This is a sensitive change. Confirm it's you first."


class SecondFactorNeeded(Forbidden):
    """This installation requires this person to have a second factor, and they have none yet."""

    code, title = "second_factor_owed", "Two-step verification required"
    sentence = "Set up two-step verification to continue."


class NotWhileImpersonating(Forbidden):
    code, title = "not_while_impersonating", "Not available while impersonating"
    sentence = "Stop impersonating first."


class NotFound(PhoenixError):
    """Also used for things whose existence the reader may not know of."""

    status, code, title = 404, "not_found", "Not found"
    sentence = "This page or item doesn't exist, or you don't have access to it."


class Conflict(PhoenixError):
    shows_form = True
    status, code, title = 409, "conflict", "Conflict"
    sentence = "This conflicts with something that already exists."


class OrganisationClosing(Conflict):
    """Until it is deleted an organisation can be read, but nothing in it can be changed."""

    shows_form = False
    code, title = "organisation_closing", "This organisation will be deleted"
    sentence = "Until then it is read-only. An owner can cancel the deletion."


class PreconditionFailed(PhoenixError):
    shows_form = True
    status, code, title = 412, "precondition_failed", "Changed by someone else"
    sentence = "Reload it, then make your change again."


class EditConflict(PreconditionFailed):
    """Another version was saved after the one that was read: `by` whom, an account, and `at` what time, where that is known."""

    def __init__(self, detail: str = "", *, by: str | None = None, at: datetime | None = None) -> None:
        super().__init__(detail)
        self.by = by
        self.at = at


class InvalidInput(PhoenixError):
    shows_form = True
    status, code, title = 422, "invalid_input", "Invalid input"
    sentence = "Some of the values can't be used. Correct them and try again."


class PreconditionRequired(PhoenixError):
    status, code, title = 428, "precondition_required", "If-Match header required"
    sentence = "Send the ETag you read as If-Match."


class TooManyRequests(PhoenixError):
    """`retry_after` is in whole seconds and becomes the Retry-After header."""

    shows_form = True

    status, code, title = 429, "too_many_requests", "Too many attempts"
    sentence = "Wait a moment, then try again."

    def __init__(self, detail: str = "", *, retry_after: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after)), **(headers or {})})
        self.retry_after = retry_after


class Unavailable(PhoenixError):
    """A service that Phoenix depends on does not answer; worth retrying after `retry_after` seconds."""

    status, code, title = 503, "unavailable", "Temporarily unavailable"
    sentence = "Try again in a few seconds."

    def __init__(self, detail: str = "", *, retry_after: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class PermanentFailure(Exception):
    """Trying again cannot help. A job that raises it is marked failed at once; the message is for staff, and names nobody."""


class QueryBudgetExceeded(RuntimeError):
    """A route made more queries than declared. Raised in development and tests, logged in production."""
