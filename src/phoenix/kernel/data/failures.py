"""Failures of the database as answers: 503 with their own code, saying what became of the change."""

from __future__ import annotations

import asyncpg

from phoenix.kernel.errors import InvalidInput, PhoenixError, Unavailable


class DatabaseUnreachable(Unavailable):
    code = "database_unreachable"
    sentence = "The connection to the database was lost. Nothing was changed. Try again in a few seconds."


class DatabaseBusy(Unavailable):
    code = "database_busy"
    sentence = "The database was too busy to finish this. Nothing was changed. Try again in a few seconds."


class DatabaseTimedOut(Unavailable):
    code = "database_timed_out"
    sentence = "The database is not responding. Nothing was changed. Try again in a few seconds."


class DatabaseReadOnly(Unavailable):
    code = "database_read_only"
    sentence = "The database is switching to another server. Nothing was changed. Try again in a few seconds."


class DatabaseFull(Unavailable):
    code = "database_full"
    sentence = "The database has no disk space left. Nothing was changed. Try again once an administrator has made space."


class DatabaseFault(Unavailable):
    code = "database_fault"
    sentence = "The database reported an error. Nothing was changed. Try again in a few minutes."


class OutcomeUnknown(Unavailable):
    """The connection was lost while the change was being committed."""

    code, title = "outcome_unknown", "This may have been saved"
    sentence = "The database stopped responding while this was being saved, so it may have been saved. Check before you try again."


LOST = (ConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# The first two characters of SQLSTATE (PostgreSQL, appendix A).
CONNECTION, RESOURCES, INTERVENTION, SYSTEM = "08", "53", "57", "58"
BY_CLASS: dict[str, type[Unavailable]] = {
    CONNECTION: DatabaseUnreachable,
    RESOURCES: DatabaseFull,
    INTERVENTION: DatabaseUnreachable,
    SYSTEM: DatabaseFault,
}
BY_STATE: dict[str, type[Unavailable]] = {
    "25006": DatabaseReadOnly,
    "40P01": DatabaseBusy,
    "53300": DatabaseBusy,
    "55P03": DatabaseBusy,
    "57014": DatabaseBusy,
}


def failure(error: BaseException | None) -> PhoenixError | None:
    """What a failure of the database is called; None for any other error."""
    if isinstance(error, asyncpg.CharacterNotInRepertoireError):
        # NUL, the one character that PostgreSQL cannot store.
        return InvalidInput("This contains a character that is not allowed in text.")
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        found = BY_STATE.get(state) or BY_CLASS.get(state[:2])
        return None if found is None else found()
    if isinstance(error, TimeoutError):
        return DatabaseTimedOut()
    return DatabaseUnreachable() if isinstance(error, LOST) else None


def is_undecided(error: BaseException) -> bool:
    """Whether a COMMIT that failed so may have happened. Only an answer that names another fault says that it did not."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in {CONNECTION, INTERVENTION, SYSTEM}
    return True


def leaves_unusable(error: BaseException | None) -> bool:
    """Whether the connection must not be used again: it hangs, or leads to a server that takes no changes any more."""
    return isinstance(error, (TimeoutError, asyncpg.ReadOnlySQLTransactionError, *LOST))
