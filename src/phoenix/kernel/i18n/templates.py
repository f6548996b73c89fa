"""Pages: the Jinja templates of the kernel and of every module, and the few functions and filters they can use.

Everything is escaped by default and an unknown name is an error, in tests and in production alike. A module's
templates are prefixed with its name: "entries/list.html". Text for people goes through gettext.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from babel.numbers import format_decimal
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from phoenix.kernel.i18n import times
from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.i18n.chosen_fields import chosen_fields
from phoenix.kernel.i18n.compiled import CompiledTemplates
from phoenix.kernel.i18n.devices import device
from phoenix.kernel.i18n.differences import Comparison
from phoenix.kernel.i18n.isolation import install, without_elements
from phoenix.kernel.language import current_locale

COMPILED = CompiledTemplates()
HERE = Path(__file__).parents[1] / "templates"
STATIC = "/static/"
ASSETS = "/assets/"
# As `moment` and `clock` write it. What is written in full has its zone beside it.
_TIME_OF_DAY = re.compile(r"<time datetime=\"[^\"]*\" title=\"[^\"]*\">[^<]*\d{1,2}[:.]\d\d</time>")


class AssetsMissingError(RuntimeError):
    """A style or script has no bundle. Run `npm run build`, or `make setup`, which includes it."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the reader's time zone and its items. `date` is ISO 8601, `name` its heading, `later` its headings from the next day on."""

    date: str
    name: str
    later: tuple[str, ...]
    items: list[Any]


class Templates:
    """Renders pages. `folders` maps a module's name to its templates, `static` is the folder of Vite's bundles.

    Outside production a changed template or bundle is read again; in production each is read once. `chosen` are the names of
    the fields in them that nobody types in.
    """

    def __init__(
        self, folders: Mapping[str, Path], static: Path, assets: Mapping[str, Path] | None = None, *, production: bool = True
    ) -> None:
        modules: dict[str, BaseLoader] = {name: FileSystemLoader(folder) for name, folder in folders.items()}
        self._static = static
        self._production = production
        self._assets = assets or {}
        self._bundles: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._icons = _read_icons(HERE / "icons.svg")
        self.chosen = chosen_fields(HERE, *folders.values())
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE), PrefixLoader(modules)]),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            bytecode_cache=COMPILED,
            lstrip_blocks=True,
            auto_reload=not production,
        )
        install(self.environment)
        self.environment.globals.update(
            asset=self.asset,
            icon=self.icon,
            avatar_of=avatar_of,
            compare=Comparison,
            query=query,
            offset=times.offset,
            two_offsets=times.two_offsets,
            zone_name=times.zone_or_utc,
            names_no_zone=names_no_zone,
        )
        self.environment.filters.update(
            by_day=_by_day,
            city=times.city,
            clock=_clock,
            device=device,
            dashed=_dashed,
            day_month=_day_month,
            in_full=_in_full,
            is_ahead=_is_ahead,
            local=_local,
            long_date=_long_date,
            moment=_moment,
            number=_number,
            paragraphs=paragraphs,
            without_elements=without_elements,
        )

    def render(self, name: str, /, **context: object) -> str:
        """A page or part of one. Raises jinja2.TemplateNotFound, and jinja2.UndefinedError for a name missing from the context."""
        return self.environment.get_template(name).render(context)

    def asset(self, name: str) -> str:
        """The address of a bundled file, such as `app.css`, or of a module's file, such as `notes/notes.css`.

        Files of Phoenix's own modules are bundled with the rest; files of other packages' modules are served as they are.
        The address includes a hash of the content, so that browsers can cache it indefinitely. Raises AssetsMissingError.
        """
        if not self._bundles or not self._production:
            # In development the manifest may be read while it is being written. Until it is complete, the last one is used.
            with contextlib.suppress(*([json.JSONDecodeError, AssetsMissingError] if self._bundles else [])):
                self._bundles = _read_manifest(self._static / "manifest.json")
        if name in self._bundles:
            return STATIC + self._bundles[name]
        module, _, file = name.partition("/")
        if file and (self._assets.get(module, Path()) / file).is_file():
            return self._module_asset(module, file)
        raise AssetsMissingError(f"{name} is not among the bundled files in {self._static}. Run: npm run build")

    def _module_asset(self, module: str, file: str) -> str:
        if (name := f"{module}/{file}") not in self._own or not self._production:
            path = self._assets.get(module, Path()) / file
            digest = hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
            self._own[name] = f"{ASSETS}{module}/{file}?{digest}"
        return self._own[name]

    def icon(self, name: str, kind: str = "") -> Markup:
        """An icon of our set, hidden from screen readers since there is always a word beside it. Raises KeyError for an unknown name."""
        return Markup('<svg class="{}" width="18" height="18" viewBox="0 0 20 20" aria-hidden="true">{}</svg>').format(
            f"icon {kind}".strip(), self._icons[name]
        )


def paragraphs(text: str) -> Markup:
    """User-written text as paragraphs, separated by empty lines. Single line breaks are preserved, and so is markup of ours in it."""
    lines = escape(text).replace("\r\n", "\n").strip().split("\n")
    blocks = [Markup("<br>\n").join(block) for is_text, block in groupby(lines, lambda line: bool(line.strip())) if is_text]
    return Markup("\n").join(Markup('<p dir="auto">{}</p>').format(block) for block in blocks or [Markup()])


def names_no_zone(content: str) -> bool:
    """Whether a page shows times of day in the reader's zone, and nothing in it with `data-zone-named` says which zone that is."""
    return "data-zone-named" not in content and _TIME_OF_DAY.search(content) is not None


def query(path: str, /, **values: object) -> str:
    """An address with a query of the values that are not empty."""
    given = {name: value for name, value in values.items() if value not in {"", None}}
    return f"{path}?{urlencode(given)}" if given else path


def _instant(value: datetime | str) -> datetime:
    """Instants come as datetimes from queries and as RFC 3339 text from JSON."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@pass_context
def _moment(context: Context, instant: datetime | str) -> Markup:
    """An instant in the reader's zone: short to the eye, in full on hover, exact for machines."""
    shown = times.show(_instant(instant), context["zone"], context["now"], current_locale())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(shown.iso, shown.full, shown.text)


@pass_context
def _clock(context: Context, instant: datetime | str) -> Markup:
    """Only the time of day, for items under the heading of their day."""
    shown = times.show(_instant(instant), context["zone"], context["now"], current_locale())
    time_of_day = times.time_of_day(times.local_time(_instant(instant), context["zone"]))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(shown.iso, shown.full, time_of_day)


def _dashed(attributes: Mapping[str, object]) -> dict[str, object]:
    """Attributes that were given to a macro, whose arguments cannot have a dash: data_zone is data-zone."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


@pass_context
def _in_full(context: Context, instant: datetime | str, zone: str = "") -> Markup:
    """An instant written out, in the reader's zone or in another."""
    shown = times.show(_instant(instant), zone or context["zone"], context["now"], current_locale())
    return Markup('<time datetime="{}">{}</time>').format(shown.iso, shown.full)


@pass_context
def _is_ahead(context: Context, instant: datetime | str) -> bool:
    """Whether an instant is yet to come."""
    return bool(_instant(instant) > context["now"])


@pass_context
def _local(context: Context, instant: datetime | str) -> datetime:
    """The reader's local date and time at an instant, to the minute and without a zone."""
    return datetime.fromisoformat(times.local_input(_instant(instant), context["zone"]))


@pass_context
def _by_day(context: Context, items: Iterable[Any]) -> list[Day]:
    """Group items with an `occurred_at`, newest first, by day in the reader's time zone."""
    days: list[Day] = []
    for item in items:
        instant = _instant(item.occurred_at)
        iso = times.local_input(instant, context["zone"])[:10]
        if not days or days[-1].date != iso:
            names = [times.day(instant, context["zone"], now, current_locale()) for now in _next_days(context["now"])]
            days.append(Day(iso, names[0], tuple(names[1:]), []))
        days[-1].items.append(item)
    return days


def _next_days(now: datetime) -> list[datetime]:
    """The same time today, tomorrow and the day after."""
    return [now + timedelta(days=number) for number in range(3)]


@pass_context
def _long_date(context: Context, instant: datetime | str) -> str:
    """“Monday 23 November”, in the reader's time zone."""
    return times.weekday_and_day(_local(context, instant).date())


def _day_month(value: date | str) -> str:
    """“10 November”, from a date or its ISO text."""
    return times.day_month(date.fromisoformat(value) if isinstance(value, str) else value)


def _number(value: int) -> str:
    """“10,000” as the reader's language writes it."""
    return str(format_decimal(value, locale="en_GB" if current_locale() == "en" else current_locale()))


def _read_manifest(path: Path) -> dict[str, str]:
    """Vite's manifest as name → file: `web/app.ts` becomes `app.js`, `assets/notes.ts` of the module notes `notes/notes.js`."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssetsMissingError(f"The styles and scripts have not been bundled: {path} is not there. Run: npm run build") from None
    return {_asked_for(Path(chunk["src"]), chunk["file"]): chunk["file"] for chunk in manifest.values() if "src" in chunk}


def _asked_for(source: Path, bundle: str) -> str:
    name = source.stem + Path(bundle).suffix
    return f"{source.parts[-3]}/{name}" if source.parts[-2] == "assets" else name


@functools.cache
def _read_icons(path: Path) -> dict[str, Markup]:
    """The icons of the icon sheet by name. They are inlined: that saves a request, and they take the colour of the text."""
    sheet = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    return {symbol.attrib["id"]: Markup("").join(_drawing(shape) for shape in symbol) for symbol in sheet}


def _drawing(shape: ET.Element) -> Markup:
    attributes = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in shape.attrib.items())
    return Markup("<{}{}/>").format(shape.tag.rpartition("}")[2], attributes)
