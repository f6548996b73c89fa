"""Changes that no test can or should notice, each with its reason: by file, then by the key of the mutant."""

from __future__ import annotations

NOBODY = "Without an actor nothing reads how the token came."
NARROWS = "For types only: a route that decides again is never PUBLIC, so its admission has an actor and a token."
LIMIT = "A second more until a server that does not answer is given up is nobody's concern."
SPEED = "Made anew each time it is the same, only slower."

NO_TIME = "Stands for no time yet: any that no clock gives will do, and what is beside it is not read."

EQUIVALENT: dict[str, dict[str, str]] = {
    "kernel/web/authorisation.py": {
        "module: 30.0 → 31.0": "A second more for a slow body is nobody's concern; that there is an end is tested.",
        (
            "decide_again: before is None or before.actor is None or before.token is None"
            " → before is None and before.actor is None and (before.token is None)"
        ): NARROWS,
        "decide_again: raise NotSignedIn → pass": NARROWS,
        "_decide: False → True": NOBODY,
        "authenticate: False → True": NOBODY,
        "_only: without lru_cache(maxsize=64)": SPEED,
        "_only: 64 → 65": SPEED,
    },
    "kernel/data/cursors.py": {
        "module: 12 → 13": "A check of a byte more is as good, and cursors of both lengths are made and read alike.",
        "module: 1024 → 1025": "No text in base64 is 1025 characters long.",
    },
    "kernel/data/database.py": {
        "_Lease.acquire: 10 → 11": LIMIT,
        "connect: 300 → 301": LIMIT,
        "connect: 10 → 11": LIMIT,
    },
    "kernel/data/ids.py": {
        "Ids.__init__: 1 → 2": NO_TIME,
        "Ids.__init__: 0 → 1": NO_TIME,
        "Ids.__init__: 1 → 2 (2)": NO_TIME,
        "Ids.__init__: 0 → 1 (2)": NO_TIME,
    },
    "kernel/data/jobs.py": {
        "JobKind: 60.0 → 61.0": "A second more for a job that hangs is nobody's concern; that it is cancelled is tested.",
    },
    "kernel/data/outbox.py": {
        "module: 5 → 6": LIMIT,
        "EventOutbox.write: True → False": "Every row is made by one expression, so all are of one length.",
    },
}
