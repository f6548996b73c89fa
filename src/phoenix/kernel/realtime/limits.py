"""How many connections a network can have in this process, and how many sockets an account; and what was opened and closed so far."""

from __future__ import annotations

from collections import Counter

from phoenix.kernel.security.networks import limited_as
from phoenix.settings import RealtimeSettings


class Counts:
    """What is open in this process, by network and by account."""

    def __init__(self, settings: RealtimeSettings) -> None:
        self._settings = settings
        self.networks: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()
        self.peers: Counter[str] = Counter()
        """TCP connections that are no websockets, by where they come from."""
        self.opened = 0
        self.closed: Counter[str] = Counter()
        """Connections that have ended, by reason."""

    def network_has_room(self, address: str) -> bool:
        return self.networks.get(limited_as(address), 0) < self._settings.per_network

    def peer_has_room(self, address: str) -> bool:
        """A client that polls has two requests at once, and what it leaves open is closed after a while."""
        return self.peers.get(limited_as(address), 0) <= self._settings.per_network * 2

    def account_has_room(self, account: str) -> bool:
        return self.accounts.get(account, 0) < self._settings.per_account

    def add_network(self, address: str) -> None:
        self.networks[limited_as(address)] += 1

    def add_account(self, account: str) -> None:
        self.accounts[account] += 1

    def add_peer(self, address: str) -> None:
        self.peers[limited_as(address)] += 1

    def remove_peer(self, address: str) -> None:
        _less(self.peers, limited_as(address))

    def remove_network(self, address: str) -> None:
        _less(self.networks, limited_as(address))

    def remove_account(self, account: str) -> None:
        _less(self.accounts, account)


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
