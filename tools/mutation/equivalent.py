"""Changes that no test can or should notice, each with its reason: by file, then by the key of the mutant."""

from __future__ import annotations

NARROWS = "For types only: a route that decides again is never PUBLIC, so its admission has an actor and a token."
LIMIT = "A second more until a server that does not answer is given up is nobody's concern."
BEFORE_EVENTS = "Transactions and numbers begin above it, so every event comes after either position."
INSTANT = "Differs only where two readings of a clock are equal to the last digit, and then either answer is right."
MORE_SLOTS = "More slots only make collisions rarer."
NO_MARK = "No mark is as small as this, or negative: it only has to equal none."
RECONNECTS = "How soon the client itself reconnects; until then every call rests, which is tested."
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
        "authenticate: False → True": "Without an actor nothing reads how the token came.",
        "_only: without lru_cache(maxsize=64)": SPEED,
        "_only: 64 → 65": SPEED,
    },
    "kernel/cache/cache.py": {
        "Cache.peek: entry.until < time.monotonic() → entry.until <= time.monotonic()": INSTANT,
    },
    "kernel/cache/generations.py": {
        "module: 45 → 46": "As is said there: longer only costs cache hits after a crash. That it is long enough is tested.",
        "module: 1 → 2 (2)": MORE_SLOTS,
        "module: 16 → 17": MORE_SLOTS,
        "MachineGenerations._without_the_dead: self._slots[slot] > oldest → self._slots[slot] >= oldest": INSTANT,
        "MachineGenerations._without_the_dead: value > oldest → value >= oldest": INSTANT,
        "ValkeyGenerations.begin: 63 → 64": "A random mark of another bit differs from all others as well.",
        "ValkeyGenerations.begin: 1000 → 1001": "The lease of a mark is a twentieth of a second longer.",
    },
    "kernel/cache/limits.py": {
        "module: 50000 → 50001": "A bound of memory; that there is one is tested.",
        "Limiter.hit: 8 → 9": "A random name that is longer differs from all others as well.",
    },
    "kernel/cache/marks.py": {
        "module: 32 → 33": "One writer more can be told apart; tests use as many as there are.",
        "Marks.__init__: 8 → 9": "The file is sparse, and what is behind its last lane is never touched.",
        "Marks.add: mark + 2 → mark - 2": "A mark that is nobody's, whether two units of half a nanosecond later or earlier.",
        "Marks.remove: -1 → 1": NO_MARK,
        "Marks.remove: 1 → 2": NO_MARK,
    },
    "kernel/cache/valkey.py": {
        "module: 1000 → 1001": LIMIT,
        "module: 3.0 → 4.0": LIMIT,
        "Valkey.__init__: 0.0 → 1.0": "Earlier than the monotonic clock of any process that has imported all this.",
        "Valkey.reachable: time.monotonic() >= self._rests_until → time.monotonic() > self._rests_until": INSTANT,
        "Valkey.set: 1 → 2": "The shortest time to expire, one or two milliseconds: neither is waited for.",
        "_configuration: 5 → 6": RECONNECTS,
        "_configuration: 100 → 101": RECONNECTS,
        "_configuration: 2 → 3": RECONNECTS,
    },
    "kernel/data/cursors.py": {
        "module: 12 → 13": "A check of a byte more is as good, and cursors of both lengths are made and read alike.",
        "module: 1024 → 1025": "No text in base64 is 1025 characters long.",
    },
    "kernel/data/database.py": {
        "UnitOfWork.__aexit__: 0 → 1": "No mark yet: where any key is marked this is replaced, and where none is it is not read.",
        "connect: 300 → 301": LIMIT,
        "connect: 10 → 11": LIMIT,
    },
    "kernel/data/followers.py": {
        "module: 200 → 201": "One more in a batch; tests use as many as it has.",
        "Listener.listen: 10 → 11": LIMIT,
        "Listener.listen: 2 → 3": LIMIT,
        "Tail.follow: 0 → 1": BEFORE_EVENTS,
        "Tail.follow: 0 → 1 (2)": BEFORE_EVENTS,
        "_is_set: return False → return None": "Only its truth is asked for.",
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
