"""Counters against guessing, and the devices that are known."""

from __future__ import annotations

from datetime import datetime

from phoenix.kernel.data.database import Query, command, query

# One statement decides and counts, so that parallel guesses cannot slip through between the two. No row: it is locked.
# What is open is open since for ever: two tries whose clocks were read in the other order must not refuse each other.
# The wait doubles from the fifth failure on, up to an hour; a day without a try forgets.
TAKE_TRY: Query[int] = query(
    int,
    """
    INSERT INTO guards AS g (key, account_id, failures, locked_until, tried_at) VALUES ($1, $2, 1, 'epoch', $3)
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN g.tried_at < $3 - interval '1 day' THEN 1 ELSE g.failures + 1 END,
        locked_until = CASE WHEN g.tried_at >= $3 - interval '1 day' AND g.failures + 1 >= $4
                            THEN $3 + make_interval(secs => least(3600, 30 * 2 ^ least(g.failures + 1 - $4, 10))) ELSE 'epoch' END,
        tried_at = $3
     WHERE g.locked_until <= $3
    RETURNING failures
""",
)
LOCKED_UNTIL: Query[datetime] = query(lambda until: until, "SELECT locked_until FROM guards WHERE key = $1")
CLEAR_GUARD = command("DELETE FROM guards WHERE key = $1")
CLEAR_GUARDS_OF_ACCOUNT = command("DELETE FROM guards WHERE account_id = $1 AND key <> ALL($2::bytea[])")
IS_SLOWED: Query[bool] = query(bool, "SELECT EXISTS (SELECT 1 FROM guards WHERE account_id = $1 AND locked_until > $2)")
FORGET_OLD_GUARDS = command("DELETE FROM guards WHERE tried_at < $1")

FORGET_DEVICES = command("DELETE FROM known_devices WHERE account_id = $1")
FORGET_OLD_DEVICES = command("DELETE FROM known_devices WHERE seen_at < $1")

# A signed token that may be used once is written down when it is; of two at once exactly one gets the row.
SPEND_TOKEN: Query[int] = query(int, "INSERT INTO spent_tokens (hash, until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1")
FORGET_SPENT_TOKENS = command("DELETE FROM spent_tokens WHERE until < $1")
