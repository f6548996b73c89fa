"""An email that a mail server refuses: whether trying again can help, and without naming anyone."""

from __future__ import annotations

import pytest
from tests.kernel.received import Received
from tests.kernel.test_mail import send, server

from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.email.transports.transport import RecipientRefused
from phoenix.kernel.errors import PermanentFailure, Unavailable

__all__ = ["server"]


@pytest.mark.parametrize(
    ("step", "answer", "is_permanent"),
    [
        ("RCPT", "550 5.1.1 leila@example.com unknown", True),
        ("RCPT", "450 4.2.0 leila@example.com greylisted", False),
        ("MAIL", "553 5.1.8 leila@example.com", True),
        ("MAIL", "452 4.3.1 full", False),
        # About how we signed in, not about the email.
        ("MAIL", "530 5.7.0 authentication required", False),
        ("RCPT", "530 5.7.1 authentication required", False),
        ("DATA", "554 5.7.1 leila@example.com spam", True),
        ("DATA", "421 4.3.2 leila@example.com going down", False),
    ],
)
def test_what_is_refused_for_ever_is_told_from_what_can_be_sent_later(
    server: tuple[Received, Mailer], step: str, answer: str, *, is_permanent: bool
) -> None:
    received, mailer = server
    received.answers[step] = answer
    with pytest.raises(PermanentFailure if is_permanent else Unavailable) as refused:
        send(mailer, "leila@example.com")
    assert "leila" not in str(refused.value)
    assert not is_permanent or f"code {answer[:3]}" in str(refused.value)


@pytest.mark.parametrize(
    ("step", "answer", "is_about_address"),
    [
        ("RCPT", "550 5.1.1 unknown", True),
        ("RCPT", "550 no such user", True),
        ("RCPT", "553 5.0.0 no", True),
        ("RCPT", "550 Requested action not taken: mailbox unavailable", True),
        ("RCPT", "550 Blocked - see https://example.net/why", False),
        ("RCPT", "550 Access denied", False),
        ("RCPT", "550 5.0.0 rejected by local policy", False),
        ("RCPT", "550 5.2.1 disabled", True),
        ("RCPT", "550 5.7.1 your server is on a list", False),
        ("RCPT", "552 5.2.2 full", False),
        ("RCPT", "554 no", False),
        ("MAIL", "550 5.1.8 sender unknown", False),
        ("DATA", "550 5.1.1 spam", False),
    ],
)
def test_a_refused_address_is_told_from_a_refused_email(
    server: tuple[Received, Mailer], step: str, answer: str, *, is_about_address: bool
) -> None:
    received, mailer = server
    received.answers[step] = answer
    with pytest.raises(PermanentFailure) as refused:
        send(mailer, "leila@example.com")
    assert isinstance(refused.value, RecipientRefused) == is_about_address
