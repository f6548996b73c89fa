"""Outgoing email: one template for HTML (MJML) and plain text, and its sending.

A template is `mail/<name>.mjml` among a module's templates, with the blocks `subject`, `title`, `body`, `foot` and `text`.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import mrml
import structlog
from css_inline import CSSInliner
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template
from msgspec import Struct, structs

from phoenix.kernel.clock import Clock, SystemClock
from phoenix.kernel.email.message import Mail, OutgoingEmail
from phoenix.kernel.email.message_id import new_message_id
from phoenix.kernel.email.recipients import Recipients
from phoenix.kernel.email.texts import ChangeableText, chosen, problem_of, sentence_of, texts_in, using
from phoenix.kernel.email.transports import transports_of
from phoenix.kernel.email.transports.transport import CannotCarryError, RecipientRefused
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.compiled import CompiledTemplates
from phoenix.kernel.i18n.isolation import Ours, install, without_elements
from phoenix.kernel.i18n.links import unlinked
from phoenix.kernel.language import gettext, has_reader, language_shown
from phoenix.kernel.security.crypto import Keys, new_token
from phoenix.kernel.security.http_client import HttpClient
from phoenix.settings import EmailSettings

log = structlog.get_logger(__name__)

COMPILED = CompiledTemplates()
# Of each transport, so that a slow one leaves time for the next within a job's.
CARRY_SECONDS = 25
# How often a job that sends an email is tried: for most of a day, since a server that greylists, or is away, takes its time.
EMAIL_ATTEMPTS = 30
# How long an email waits for texts that replace its own.
TEXTS_SECONDS = 5
HERE = Path(__file__).parents[1] / "templates"
# Without this MJML links to external fonts, and opening an email would tell that server.
RENDERING = mrml.RenderOptions(fonts={})


class Asker(Struct, frozen=True):
    """Who causes an email. Each of `names` is a pseudonym or an ID that counts by itself, "" for nobody in particular.

    `known` are a session of the account it is for, and a device that this account knows: no stranger can be one.
    """

    names: tuple[str, ...] = ("",)
    known: bool = False


class Mailer:
    """Renders and sends emails. Raises Unavailable if the mail server cannot be reached; the job then tries again."""

    def __init__(
        self,
        settings: EmailSettings,
        folders: Mapping[str, Path],
        clock: Clock | None = None,
        *,
        count: Callable[[str, str, Asker], Awaitable[bool]] | None = None,
        http: HttpClient | None = None,
        keys: Keys | None = None,
        recipients: Recipients | None = None,
        texts: Callable[[str, str], Awaitable[Mapping[str, str]]] | None = None,
    ) -> None:
        """`count` counts an email of this template to an address, by its key, for this asker. Returns whether it is within the limits.

        `http` is what transports with an API use. With `keys` what comes back about an email can be told from a forgery.
        `recipients` are asked whether an address accepts emails. `texts` returns what replaces the messages of a template in a
        language.
        """
        self._settings = settings
        self._count = count
        self._recipients = recipients
        self._texts = texts
        self._changeable: dict[str, tuple[ChangeableText, ...]] = {}
        # Without those of an installation nothing that comes back can be believed.
        self._keys = keys or Keys(new_token(), "none")
        self._clock = clock or SystemClock()
        self._transports = transports_of(settings, http)
        modules = {name: FileSystemLoader(folder / "mail") for name, folder in folders.items()}
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE), PrefixLoader(modules)]),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            bytecode_cache=COMPILED,
        )
        install(self._environment, treat=unlinked, translate=chosen)
        self._environment.globals["support"] = Ours(settings.support)
        self._inliner = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)

    def render(self, name: str, /, *, to: str, texts: Mapping[str, str] | None = None, **context: Any) -> Mail:
        """Render a template such as "accounts/verify". Raises jinja2.UndefinedError for a name missing from the context.

        `texts` replace its messages; those that do not fit are left out.

        It is in the language of whoever reads: call it within `reading`, with what is computed for it.

        Links are `Ours`; in everything else that looks like a link or an address, a space keeps it from being clicked.
        """
        if not has_reader():
            raise RuntimeError("An email has a reader: render it within `reading(account.locale)`.")
        template, context = self._environment.get_template(f"{name}.mjml"), {**context, "to": Ours(to)}
        with using(self._sentences(name, texts or {})):
            # MJML is XML: what Jinja escaped stays escaped.
            page = self._inliner.inline(mrml.to_html(template.render(context), None, RENDERING).content)
            return Mail(_words(template, "subject", context), self._with_support(_plain(template, "text", context)), page)

    def changeable(self, name: str) -> tuple[ChangeableText, ...]:
        """The texts of a template that can be changed. Raises jinja2.TemplateNotFound."""
        if name not in self._changeable:
            source, _file, _current = self._environment.loader.get_source(self._environment, f"{name}.mjml")  # type: ignore[union-attr]
            self._changeable[name] = texts_in(self._environment, source)
        return self._changeable[name]

    async def texts_of(self, name: str) -> Mapping[str, str]:
        """What replaces the messages of a template in the reader's language: nothing where it cannot be read, as no email waits for it."""
        if self._texts is None:
            return {}
        try:
            async with asyncio.timeout(TEXTS_SECONDS):
                return await self._texts(name, language_shown())
        except Exception:
            log.exception("email_texts_not_read", template=name)
            return {}

    def _sentences(self, name: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Texts as sentences. One whose message has changed since, or that lacks what the message needs, is not used."""
        known = {text.message for text in self.changeable(name)} if texts else set()
        fits = {message for message, text in texts.items() if message in known and not problem_of(message, text)}
        if len(fits) < len(texts):
            log.warning("email_texts_not_used", template=name, count=len(texts) - len(fits))
        return {message: sentence_of(message, texts[message]) for message in fits}

    def _with_support(self, text: str) -> str:
        return f"{text}\n{gettext('Support:')} {self._settings.support}\n" if self._settings.support else text

    def names(self) -> list[str]:
        """Every template, such as "accounts/verify"."""
        return sorted(name.removesuffix(".mjml") for name in self._environment.list_templates(extensions=["mjml"]) if "mail/" not in name)

    async def send_template(
        self,
        name: str,
        /,
        *,
        to: str,
        asked_by: Asker | None = None,
        unsubscribe: str = "",
        essential: bool = False,
        reference: str = "",
        **context: Any,
    ) -> bool:
        """Render a template and send it to one address. Returns whether it was sent, see `send`.

        An email that someone else can cause says who, see `admits`. One without which people cannot sign in, or would not know what
        happened to their account, is `essential`. What becomes of one with a `reference` can be asked later.
        """
        if asked_by is not None and not await self.admits(name, to=to, asked_by=asked_by):
            return False
        mail = self.render(name, to=to, texts=await self.texts_of(name), **context)
        return await self.send(to, structs.replace(mail, unsubscribe=unsubscribe, essential=essential, reference=reference))

    async def admits(self, name: str, /, *, to: str, asked_by: Asker) -> bool:
        """Count an email that someone else can cause. Returns whether it may be sent: if not, nothing is made for it either.

        Each template counts by itself. So many an hour reach an address for one asker, and a few times as many for all strangers
        together, and for all that the account knows: however many strangers there are, they do not use up the owner's.
        """
        return self._count is None or await self._count(name, parse_address(to).key, asked_by)

    async def send(self, to: str, mail: Mail) -> bool:
        """Send an email to one address (RFC 5322). If a transport is unavailable, the next one carries it.

        Returns False for an address that accepts no more emails, unless this one is essential.

        Raises InvalidInput if `to` is not exactly one address, such as two addresses or one followed by a header; Unavailable if trying
        again can help, and PermanentFailure if the mail server permanently refuses the email.
        """
        sender, address, now = self._settings.sender, parse_address(to), self._clock.now()
        if self._recipients is not None and not mail.essential and not await self._recipients.accepts(address.key):
            log.info("email_not_sent", reason="the address accepts no emails")
            return False
        email = OutgoingEmail(mail, sender, address, now, new_message_id(sender, self._keys, address.key, now, mail.reference))
        failed: Unavailable | PermanentFailure | None = None
        for transport in self._transports:
            error: Unavailable | PermanentFailure
            try:
                async with asyncio.timeout(CARRY_SECONDS):
                    await transport.carry(email)
            except TimeoutError:
                error = Unavailable("The mail server takes too long.")
            except (Unavailable, PermanentFailure) as refused:
                error = refused
            else:
                return True
            if failed is None and isinstance(error, PermanentFailure) and not isinstance(error, CannotCarryError):
                if self._recipients is not None and isinstance(error, RecipientRefused):
                    await self._recipients.refused(address.key)
                raise error
            # One that was only unavailable may carry it yet, even if no other can.
            failed = failed if isinstance(failed, Unavailable) else error
            log.warning("email_transport_failed", transport=transport.name, reason=str(error))
        raise failed or Unavailable("No mail server is configured. Set PHOENIX_SMTP_URL.")

    async def close(self) -> None:
        """End the connections to mail servers."""
        for transport in self._transports:
            await transport.close()


def _plain(template: Template, block: str, context: Mapping[str, Any]) -> str:
    """A block as plain text. It was escaped for MJML like everything else, so it is unescaped."""
    text = html.unescape(without_elements("".join(template.blocks[block](template.new_context(dict(context))))))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _words(template: Template, block: str, context: Mapping[str, Any]) -> str:
    return " ".join(_plain(template, block, context).split())
