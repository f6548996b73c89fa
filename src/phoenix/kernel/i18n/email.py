"""Outgoing email: one template for HTML (MJML) and plain text, sent by SMTP.

A template is `mail/<name>.mjml` among a module's templates, with the blocks `subject`, `title`, `body`, `foot` and `text`.
"""

from __future__ import annotations

import email.policy
import html
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import mrml
from css_inline import CSSInliner
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template
from msgspec import Struct, structs

from phoenix.kernel.clock import Clock, SystemClock
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.compiled import CompiledTemplates
from phoenix.kernel.i18n.isolation import Ours, install, without_elements
from phoenix.kernel.i18n.text import gettext
from phoenix.settings import EmailSettings

COMPILED = CompiledTemplates()
HERE = Path(__file__).parents[1] / "templates"
PERMANENT = 500
SEND_SECONDS = 30
# A dot or a slash within a name of a host, an @, and the colon of a scheme.
_LINKING = re.compile(r"(?<=[^\W\d])\.(?=\w)|(?<=\d)\.(?=[^\W\d])|(?<=[-\])])\.(?=\w)|@(?=\S)|(?<=[^\W\d]):(?=\S)")
# Without this MJML links to external fonts, and opening an email would tell that server.
RENDERING = mrml.RenderOptions(fonts={})


class Mail(Struct, frozen=True):
    """A rendered email: subject on one line, plain text, and HTML with inline styles.

    `unsubscribe` is an address that ends such emails by a POST, without signing in (RFC 8058), "" for those that nobody can end.
    """

    subject: str
    text: str
    html: str
    unsubscribe: str = ""


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
    ) -> None:
        """`count` counts an email of this template to an address, by its key, for this asker. Returns whether it is within the limits."""
        self._settings = settings
        self._count = count
        self._clock = clock or SystemClock()
        modules = {name: FileSystemLoader(folder / "mail") for name, folder in folders.items()}
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE), PrefixLoader(modules)]),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            bytecode_cache=COMPILED,
        )
        install(self._environment, treat=unlinked)
        self._environment.globals["support"] = Ours(settings.support)
        self._inliner = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)

    def render(self, name: str, /, *, to: str, **context: Any) -> Mail:
        """Render a template such as "accounts/verify". Raises jinja2.UndefinedError for a name missing from the context.

        Links are `Ours`; in everything else that looks like a link or an address, a space keeps it from being clicked.
        """
        template, context = self._environment.get_template(f"{name}.mjml"), {**context, "to": Ours(to)}
        # MJML is XML: what Jinja escaped stays escaped.
        page = self._inliner.inline(mrml.to_html(template.render(context), None, RENDERING).content)
        return Mail(_words(template, "subject", context), self._with_support(_plain(template, "text", context)), page)

    def _with_support(self, text: str) -> str:
        return f"{text}\n{gettext('Support:')} {self._settings.support}\n" if self._settings.support else text

    def names(self) -> list[str]:
        """Every template, such as "accounts/verify"."""
        return sorted(name.removesuffix(".mjml") for name in self._environment.list_templates(extensions=["mjml"]) if "mail/" not in name)

    async def send_template(self, name: str, /, *, to: str, asked_by: Asker | None = None, unsubscribe: str = "", **context: Any) -> None:
        """Render a template and send it to one address. An email that someone else can cause says who, see `admits`."""
        if asked_by is None or await self.admits(name, to=to, asked_by=asked_by):
            await self.send(to, structs.replace(self.render(name, to=to, **context), unsubscribe=unsubscribe))

    async def admits(self, name: str, /, *, to: str, asked_by: Asker) -> bool:
        """Count an email that someone else can cause. Returns whether it may be sent: if not, nothing is made for it either.

        Each template counts by itself. So many an hour reach an address for one asker, and a few times as many for all strangers
        together, and for all that the account knows: however many strangers there are, they do not use up the owner's.
        """
        return self._count is None or await self._count(name, parse_address(to).key, asked_by)

    async def send(self, to: str, mail: Mail) -> None:
        """Send an email to one address (RFC 5322; SMTPUTF8 where the address needs it, RFC 6531).

        Raises InvalidInput if `to` is not exactly one address, such as two addresses or one followed by a header; Unavailable if trying
        again can help, and PermanentFailure if the mail server permanently refuses the email.
        """
        address = parse_address(to)
        try:
            await self._deliver(address.display, mail)
        except aiosmtplib.SMTPNotSupported as error:
            # A server without SMTPUTF8 can still reach a domain in another script by its ASCII form.
            if address.needs_smtputf8:
                raise PermanentFailure("The mail server doesn't support addresses in this script.") from error
            await self._deliver(address.envelope, mail)

    async def _deliver(self, to: str, mail: Mail) -> None:
        if not self._settings.smtp_url and not self._settings.mailbox_port:
            raise Unavailable("No mail server is configured. Set PHOENIX_SMTP_URL.")
        message = self._message(to, mail)
        url = urlsplit(self._settings.smtp_url or f"smtp://127.0.0.1:{self._settings.mailbox_port}")
        secure = url.scheme == "smtps"
        # A local server needs no TLS. Any other must offer it, or nothing is sent.
        starttls = None if secure or url.hostname in {"127.0.0.1", "localhost", "::1"} else True
        try:
            await aiosmtplib.send(
                message,
                sender=parseaddr(self._settings.sender)[1],
                recipients=[to],
                hostname=url.hostname or "127.0.0.1",
                port=url.port or (465 if secure else 587),
                username=unquote(url.username) if url.username else None,
                password=unquote(url.password) if url.password else None,
                use_tls=secure,
                start_tls=starttls,
                tls_context=ssl.create_default_context() if secure or starttls else None,
                timeout=SEND_SECONDS,
            )
        except aiosmtplib.SMTPNotSupported:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            if code := _permanent_code(error):
                raise PermanentFailure(f"The mail server permanently refused the email (code {code}).") from error
            raise Unavailable(f"The mail server refused the email or is not responding ({type(error).__name__}).") from error

    def _message(self, to: str, mail: Mail) -> EmailMessage:
        sender_name, sender = parseaddr(self._settings.sender)
        message = EmailMessage(policy=email.policy.SMTPUTF8 if not to.isascii() else email.policy.SMTP)
        message["From"] = str(Address(sender_name, addr_spec=sender)) if sender_name else sender
        message["To"] = to
        # The policy refuses line breaks in headers; a subject is one line already.
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "phoenix.invalid")
        message["Auto-Submitted"] = "auto-generated"
        if mail.unsubscribe:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def _permanent_code(error: Exception) -> int:
    """The code of a permanent refusal of this email (RFC 5321, 4.2.1: 500 to 599), or 0. A wrong password is not about the email."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    about_it = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
    return error.code if isinstance(error, about_it) and PERMANENT <= error.code < PERMANENT + 100 else 0


def unlinked(text: str) -> str:
    """Text that people wrote, so that no mail program makes a link of it: with a space in what looks like an address."""
    return _LINKING.sub(r"\g<0> ", text)


def _plain(template: Template, block: str, context: Mapping[str, Any]) -> str:
    """A block as plain text. It was escaped for MJML like everything else, so it is unescaped."""
    text = html.unescape(without_elements("".join(template.blocks[block](template.new_context(dict(context))))))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _words(template: Template, block: str, context: Mapping[str, Any]) -> str:
    return " ".join(_plain(template, block, context).split())
