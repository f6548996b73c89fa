"""What a route requires of its caller: a permission, in which organisation, limits, and how sensitive the act is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from phoenix.kernel.actor import ListenerName
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.module.events import Act

PUBLIC = "public"
SIGNED_IN = "signed in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EVERYWHERE: tuple[ListenerName, ...] = ("public", "admin")

BODY = "body."
# The organisation is known only from what the route reads; the handler passes it to `Call.within`.
FOUND = "found"

Cost = Literal["argon2"]

# How often one session can cause costly work within a limit's time, from all addresses together, and how many times as often a
# person can in all sessions together: a stolen session does not use up its owner's.
MOST_OF_A_SESSION = 20
SESSIONS_OF_A_PERSON = 3
# The size of a request's body is limited; larger content is sent in chunks.
MOST_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route requires of its caller.

    `may` is the name of a permission, or PUBLIC or SIGNED_IN. `within` says in which organisation it is checked: the name of
    a path or query parameter, `body.` and the name of a field, or FOUND. `limits` count by client address (for IPv6 by
    network). An `act` grants or removes authority, credentials or money: it is checked again inside its transaction, is closed to
    impersonators, and requires a recent authentication of people unless `step_up` is False, because what it gives was the
    person's already. A `sensitive` route requires one as well, and is closed to API keys and to impersonators.
    `before_second_factor` opens a route to people who must set up a second factor first. `impersonator_may` opens a route
    that changes something to impersonators. `key_may` opens a SIGNED_IN route to API keys; those with a permission are open
    to keys that have it as a scope. `cross_site` is for the one kind of form that another site may send: an identity
    provider's answer, which is verified separately. `listeners` are where it is served. What `frees` deletes, revokes or
    signs out, and works on a disk that is almost full; so does what `signs_in` or confirms who someone is, which leads
    to it. `body_most` is in bytes. What `costs` much is done before the
    transaction begins (see `Opening`), and its limits count by session and by person as well, where someone is signed in.
    A route that `commits_first` uses its own transaction before that. One that changes something `while_closing` works in an
    organisation that is about to be deleted; all others can only be read there. `without_session` is for a form that ends the
    session of its sender: the path it leads to where that has already ended.
    """

    may: str
    within: str = ""
    limits: tuple[Limit, ...] = ()
    act: Act | None = None
    step_up: bool = True
    sensitive: bool = False
    before_second_factor: bool = False
    impersonator_may: bool = False
    key_may: bool = False
    cross_site: bool = False
    listeners: tuple[ListenerName, ...] = ("public",)
    body_most: int = MOST_BODY_BYTES
    frees: bool = False
    signs_in: bool = False
    costs: Cost | None = None
    commits_first: bool = False
    while_closing: bool = False
    without_session: str = ""

    def __post_init__(self) -> None:
        if self.may == PUBLIC and self.decides_again:
            raise ValueError("An `act` or a `sensitive` route is someone's: it requires SIGNED_IN or a permission.")
        if self.within == FOUND and self.decides_again:
            raise ValueError("What decides again holds an organisation before the handler runs: name it in `within`.")
        if self.costs is not None and not self.limits:
            raise ValueError("What costs much has a limit: say `limits`.")

    @property
    def begins_late(self) -> bool:
        """Whether the transaction begins with the handler's first statement."""
        return self.commits_first or self.costs is not None

    @property
    def limits_of_a_session(self) -> tuple[Limit, ...]:
        """Limits by session: someone can have many addresses."""
        return self._limits_of("session", times=1)

    @property
    def limits_of_a_person(self) -> tuple[Limit, ...]:
        """Limits by account: someone can have many sessions."""
        return self._limits_of("person", times=SESSIONS_OF_A_PERSON)

    def _limits_of(self, whom: str, *, times: int) -> tuple[Limit, ...]:
        if self.costs is None:
            return ()
        return tuple(replace(one, name=f"{one.name}_of_a_{whom}", amount=times * min(one.amount, MOST_OF_A_SESSION)) for one in self.limits)

    @property
    def decides_again(self) -> bool:
        """Whether the act is checked again inside its transaction, as acts of certain kinds and sensitive ones are."""
        return self.act is not None or self.sensitive

    @property
    def needs_recent(self) -> bool:
        """Whether people must have authenticated a short time ago."""
        return self.sensitive or (self.act is not None and self.step_up)
