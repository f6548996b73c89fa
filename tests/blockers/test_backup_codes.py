"""Blocker: backup codes that worked twice, could be guessed, or locked people out. (A3)"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.factors import Factors, bearer
from tests.harness import Harness


def test_ten_codes_are_issued_and_each_works_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            assert len(set(ada.codes)) == 10
            for used, code in enumerate(ada.codes, start=1):
                assert (await ada.second("backup_code", code)).status_code == 201
                assert (await ada.second("backup_code", code)).json()["code"] == "wrong_code"
                assert (await ada.second("totp", ada.now())).status_code == 201
                harness.clock.advance(seconds=301)
                assert (await ada.protection())["backup_codes_left"] == 10 - used

    asyncio.run(run())


def test_exactly_one_of_two_simultaneous_uses_signs_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenges = [await ada.challenge() for _ in range(6)]
            await harness.events()
            answers = await asyncio.gather(*(ada.answer(challenge, "backup_code", ada.codes[0]) for challenge in challenges))
            assert sorted(answer.status_code for answer in answers).count(201) == 1
            kinds = await harness.events()
            assert kinds.count("factors.backup_code_used") == 1
            assert kinds.count("sessions.started") == 1

    asyncio.run(run())


def test_codes_are_accepted_with_spaces_dashes_and_in_any_case(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            shapes: tuple[Callable[[str], str], ...] = (
                str.upper,
                lambda code: f"  {code} ",
                lambda code: code.replace("-", " "),
                lambda code: code.replace("-", ""),
            )
            for code, shape in zip(ada.codes, shapes, strict=False):
                assert (await ada.second("backup_code", shape(code))).status_code == 201

    asyncio.run(run())


def test_a_new_set_replaces_the_old_one_and_the_owner_is_notified_of_use(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            fresh = (await harness.post("/api/v2/backup_codes", by="ada")).json()["codes"]
            assert not set(fresh) & set(ada.codes)
            assert (await ada.second("backup_code", ada.codes[0])).status_code == 422
            assert (await ada.second("backup_code", fresh[0])).status_code == 201
            await harness.work()
            assert any("A backup code was used" in mail.text for mail in harness.mails(ada.email))

    asyncio.run(run())


def test_only_slow_keyed_hashes_are_stored(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            rows = await harness.sql("SELECT encode(code_hash, 'hex') AS hash FROM backup_codes")
            assert len(rows) == 10
            # The salt of the set, and the code hashed with it.
            assert all(len(row["hash"]) == 2 * (16 + 32) for row in rows)
            assert len({row["hash"][:32] for row in rows}) == 1
            dump = "".join(str(row) for row in await harness.sql("SELECT * FROM backup_codes"))
            assert not any(code.replace("-", "") in dump or code in dump for code in ada.codes)

    asyncio.run(run())


def test_parallel_guesses_never_get_more_than_five_attempts(harness: Harness) -> None:
    """200 wrong codes at once: five are checked, then attempts are paused, and the owner can still sign in."""

    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenge = await ada.challenge()
            async with harness.new_client(address="198.51.100.9") as stranger:
                answers = await asyncio.gather(
                    *(ada.answer(challenge, "backup_code", f"wrong{n:05d}", client=stranger) for n in range(200))
                )
            statuses = [answer.status_code for answer in answers]
            assert statuses.count(422) <= 5
            assert statuses.count(201) == 0
            assert statuses.count(429) == 200 - statuses.count(422)
            left = await harness.sql("SELECT count(*) FROM backup_codes WHERE used_at IS NULL")
            assert left[0]["count"] == 10
            # A device the account knows has its own counter.
            mine = await ada.challenge(device=ada.device)
            assert (await ada.answer(mine, "backup_code", ada.codes[0])).status_code == 201

    asyncio.run(run())


def test_a_password_reset_does_not_replace_a_lost_second_factor(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            await harness.post("/api/v2/password_resets", json={"email": ada.email})
            await harness.work()
            new = "eleven kettles on the roof"
            given = {"email": ada.email, "code": harness.code(ada.email), "password": new}
            assert (await harness.post("/api/v2/password_resets/complete", json=given)).status_code == 204
            assert (await harness.sign_in("ada", password=new)).json()["code"] == "second_factor_required"
            assert (await harness.get("/api/v2/me", headers=bearer(ada.token))).status_code == 401

    asyncio.run(run())
