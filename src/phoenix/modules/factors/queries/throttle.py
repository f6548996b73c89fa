"""Counters that throttle guessing."""

from __future__ import annotations

from datetime import datetime

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query

# One statement checks and counts, so that parallel guesses cannot slip through in between. No row means it is locked.
# An unlocked counter has 'epoch' as its end: two attempts whose clocks were read in the opposite order must not refuse
# each other. The wait doubles from the fifth failure on, up to an hour; a day without an attempt resets it.
COUNT: Query[int] = query(
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
LOCKED_UNTIL: Query[datetime] = query(lambda locked_until: locked_until, "SELECT locked_until FROM guards WHERE key = $1")
CLEAR = command("DELETE FROM guards WHERE key = $1")
CLEAR_ACCOUNT = command("DELETE FROM guards WHERE account_id = $1 AND key <> ALL($2::bytea[])")
FORGET_OLD = purge("guards", "tried_at < $1")
