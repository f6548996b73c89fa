"""N4: webhooks are signed as Standard Webhooks says, and tried for three days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from phoenix.modules.webhooks import signing


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of its documentation."""
    secret = signing.read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert secret is not None
    made = signing.signature([secret], id_="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_replaced_both_sign() -> None:
    new, former = signing.new_secret(), signing.new_secret()
    both = signing.signature([new, former], id_="msg_1", timestamp=1, body=b"{}")
    assert both.split(" ") == [signing.signature([one], id_="msg_1", timestamp=1, body=b"{}") for one in (new, former)]
    assert len(set(both.split(" "))) == 2


def test_a_secret_is_read_as_it_is_shown() -> None:
    secret = signing.new_secret()
    assert len(secret) == 32
    assert signing.read(signing.shown(secret)) == secret


@pytest.mark.parametrize("text", ["", "whsec_", "secret", "whsec_%%%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_what_is_no_secret_is_none(text: str) -> None:
    assert signing.read(text) in {None, b""}


def test_it_is_tried_for_three_days_and_then_given_up() -> None:
    waits: list[timedelta] = []
    while (wait := signing.next_delay(len(waits) + 1)) is not None:
        waits.append(wait)
    assert waits == sorted(waits)
    assert timedelta(hours=70) < sum(waits, timedelta()) <= timedelta(hours=72)
    assert signing.next_delay(1, timedelta(minutes=10)) == timedelta(minutes=10)
    assert signing.next_delay(1, timedelta(days=9)) == timedelta(hours=24)
    assert signing.next_delay(4, timedelta(seconds=1)) == timedelta(hours=2)


def test_what_a_receiver_asks_for_does_not_stretch_the_three_days() -> None:
    age, attempts = timedelta(), 0
    while (wait := signing.next_delay(attempts := attempts + 1, timedelta(days=9), age=age)) is not None:
        age += wait
    # The last delays come after the three days where a receiver asked for a day each time, and no longer than they are by themselves.
    assert age <= timedelta(days=3) + sum(signing.DELAYS[3:], timedelta())
    assert signing.next_delay(2, timedelta(days=9), age=timedelta(days=2, hours=20)) == timedelta(hours=4)
    assert signing.next_delay(2, timedelta(days=9), age=timedelta(days=4)) == signing.DELAYS[1]
