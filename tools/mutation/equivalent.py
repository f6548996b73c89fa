"""Changes that no test can or should notice, with the reason for each: by file, then by the key of the mutant."""

from __future__ import annotations

LIMIT = "Giving up on an unresponsive server a second later makes no practical difference."
BEFORE_EVENTS = "Transaction and event numbers start higher, so every event comes after either position."
INSTANT = "The result differs only if two clock readings are exactly equal, and then either result is correct."
MORE_SLOTS = "More slots only make collisions rarer."
NO_ACTOR = "Without an actor, nothing reads whether the token came in a cookie."
NO_MARK = "Any value that no mark can have will do, and no mark is this small or negative."
RECONNECTS = "This only changes how soon the client library reconnects. Calls do not wait for it, which is tested."
SPEED = "Without the cache the result is the same, only slower."

NO_TIME = "This means “no time yet”. Any value that no clock returns will do, and the value next to it is not read."

EQUIVALENT: dict[str, dict[str, str]] = {
    "kernel/web/authorisation.py": {
        "module: 30.0 → 31.0": "One more second for a slow body makes no practical difference. That there is a deadline is tested.",
        "_decide: False → True": NO_ACTOR,
        "authenticate: False → True": NO_ACTOR,
        "authenticate: False → True (2)": NO_ACTOR,
        "_only: without lru_cache(maxsize=64)": SPEED,
        "_only: 64 → 65": SPEED,
    },
    "kernel/cache/cache.py": {
        "Cache.peek: entry.until < time.monotonic() → entry.until <= time.monotonic()": INSTANT,
    },
    "kernel/cache/generations.py": {
        "module: 45 → 46": "A longer lease only costs cache hits after a crash, as the comment there says. That it is long enough is tested.",
        "module: 1 → 2 (2)": MORE_SLOTS,
        "module: 16 → 17": MORE_SLOTS,
        "MachineGenerations._without_the_dead: self._slots[slot] > oldest → self._slots[slot] >= oldest": INSTANT,
        "MachineGenerations._without_the_dead: value > oldest → value >= oldest": INSTANT,
        "ValkeyGenerations.begin: 63 → 64": "A random mark that is one bit longer is just as unique.",
        "ValkeyGenerations.begin: 1000 → 1001": "The lease of a mark becomes a twentieth of a second longer.",
    },
    "kernel/cache/limits.py": {
        "module: 50000 → 50001": "This limits memory. That there is a limit is tested.",
        "Limiter.hit: 8 → 9": "A longer random name is just as unique.",
    },
    "kernel/cache/marks.py": {
        "module: 32 → 33": "One more writer can be distinguished. Tests use whatever number there is.",
        "Marks.__init__: 8 → 9": "The file is sparse, and nothing after its last lane is ever accessed.",
        "Marks.add: mark + 2 → mark - 2": "Any mark that belongs to no writer will do, whether one nanosecond later or earlier.",
        "Marks.remove: -1 → 1": NO_MARK,
        "Marks.remove: 1 → 2": NO_MARK,
    },
    "kernel/cache/valkey.py": {
        "module: 1000 → 1001": LIMIT,
        "module: 3.0 → 4.0": LIMIT,
        "Valkey.__init__: 0.0 → 1.0": "Both are earlier than the monotonic clock of any process that has finished its imports.",
        "Valkey.reachable: time.monotonic() >= self._rests_until → time.monotonic() > self._rests_until": INSTANT,
        "Valkey.set: 1 → 2": "The shortest expiry is one or two milliseconds, and no test waits for either.",
        "_configuration: 5 → 6": RECONNECTS,
        "_configuration: 100 → 101": RECONNECTS,
        "_configuration: 2 → 3": RECONNECTS,
    },
    "kernel/data/cursors.py": {
        "module: 12 → 13": "A checksum that is one byte longer is just as good, and the code writes and reads the same length.",
        "module: 1024 → 1025": "No base64 text is 1025 characters long.",
    },
    "kernel/data/database.py": {
        "UnitOfWork.__aexit__: 0 → 1": "This means “no mark yet”. It is replaced when a key is marked, and not read if none is.",
        "UnitOfWork._roll_back: self._lease.cut() → pass": "The lease, which ends right after with the same error, closes the connection then.",
        "UnitOfWork._write: 0 → 1": "This means “no mark”. It is read only if a key was marked.",
    },
    "kernel/data/connect.py": {
        "connect: 300 → 301": LIMIT,
        "connect: 10 → 11": LIMIT,
    },
    "kernel/data/followers.py": {
        "module: 30.0 → 31.0": "A connection that was cut without a word is noticed a second later. That it is noticed is tested.",
        "module: 10.0 → 11.0": LIMIT,
        "module: 200 → 201": "A batch has one more event. Tests use whatever size it has.",
        "Listener.listen: 10 → 11": LIMIT,
        "Listener.listen: 2 → 3": LIMIT,
        "Tail.follow: 0 → 1": BEFORE_EVENTS,
        "Tail.follow: 0 → 1 (2)": BEFORE_EVENTS,
    },
    "kernel/data/ids.py": {
        "Ids.__init__: 1 → 2": NO_TIME,
        "Ids.__init__: 0 → 1": NO_TIME,
        "Ids.__init__: 1 → 2 (2)": NO_TIME,
        "Ids.__init__: 0 → 1 (2)": NO_TIME,
    },
    "kernel/data/jobs.py": {
        "JobKind: 60.0 → 61.0": "One more second for a job that hangs makes no practical difference. That it is cancelled is tested.",
    },
    "kernel/data/outbox.py": {
        "module: 5 → 6": LIMIT,
        "EventOutbox.write: True → False": "One expression creates all rows, so they all have the same length.",
    },
    "kernel/data/paged.py": {
        "Paged.page: 1 → 2": "One more row is read than is needed to know that there is a next page. The page is the same.",
    },
}
