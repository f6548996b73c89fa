"""The texts that emails are sent with, from the cache: an email costs no query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import structlog

from phoenix.kernel.cache.cache import Codec, Watch
from phoenix.kernel.runtime import Runtime
from phoenix.modules.email_texts import queries
from phoenix.modules.email_texts.events import GENERATION
from phoenix.modules.email_texts.queries import Active

log = structlog.get_logger(__name__)

Texts = dict[str, str]
DECODER = msgspec.json.Decoder(Texts)
TEXTS = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(dict[str, Texts]).decode)


async def active_texts(runtime: Runtime, template: str, language: str) -> Mapping[str, str]:
    """What replaces the messages of a template in a language."""

    async def refill(watch: Watch) -> dict[str, Texts]:
        await watch.on(GENERATION)
        async with runtime.database.reader() as db:
            return _read(await db.all(queries.ACTIVE))

    return (await runtime.cache.read(GENERATION, refill, codec=TEXTS)).get(_name(template, language), {})


def _name(template: str, language: str) -> str:
    return f"{template} {language}"


def _read(rows: Iterable[Active]) -> dict[str, Texts]:
    """A row that cannot be read changes nothing about the emails of the others, nor about its own."""
    found = {}
    for row in rows:
        try:
            found[_name(row.template, row.locale)] = DECODER.decode(row.texts)
        except msgspec.MsgspecError:
            log.warning("email_texts_broken", template=row.template, locale=row.locale)
    return found
