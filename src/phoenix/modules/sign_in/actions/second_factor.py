"""The second factor of a sign-in: a code from the authenticator app, or a backup code."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.modules.factors.actions.second_factor import check_factor
from phoenix.modules.sign_in.actions.start_session import Challenge, read_challenge, use_challenge


async def answer_challenge(runtime: Runtime, tx: Transaction, token: str, *, method: str, code: str) -> Challenge:
    """Complete a challenge with a second factor and use it up. Raises WrongCode, and TooManyRequests after five attempts."""
    challenge = read_challenge(runtime, token)
    await check_factor(runtime, tx, challenge.account, method=method, code=code, device=challenge.device)
    await use_challenge(tx, token)
    return challenge
