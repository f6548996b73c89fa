"""What sockets missed, read for a few at a time: clients that come back all together, or again and again, do not keep live messages and the
checks of sessions from the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from phoenix.kernel.module import SocketRule
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.realtime.signed_in import SignedIn
from phoenix.kernel.realtime.turns import Turns
from phoenix.kernel.runtime import Runtime

# At once in a process, and for one account.
MOST_REPLAYS, MOST_OF_ONE = 4, 1


class Replays:
    """Asks modules what was missed, as their rules say."""

    def __init__(self, runtime: Runtime, rules: Sequence[SocketRule]) -> None:
        self._runtime = runtime
        self._rules = rules
        # Some connections to the database are always left for everything else.
        self._turns = Turns(max(1, min(MOST_REPLAYS, runtime.settings.database.pool - 2)), MOST_OF_ONE)

    async def missed(self, known: SignedIn, is_open: Callable[[], bool]) -> list[RoomMessage]:
        """What the socket of someone missed. Nothing is read for one that has left before its turn came."""
        found: list[RoomMessage] = []
        async with self._turns.of(known.actor.account):
            for rule in self._rules if is_open() else ():
                found += await rule.replay(self._runtime, known.actor, known.seen) if rule.replay is not None else ()
        return found
