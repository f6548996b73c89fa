"""Each setting: its documented default, its lowest and highest value, and what is derived from several settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests import strict
from tests.strict import KEY

from phoenix.settings import WITHHELD, Settings, SettingsError, read_settings, unknown, values, variables
from phoenix.settings.declare import bind, email, host_name, networks, one_of, origins, sender, with_scheme

DOCUMENTED = Path(__file__).parents[2] / "docs" / "settings.md"
STRICT = {"PHOENIX_ENVIRONMENT": "production", **strict.STRICT}
YEAR = 366 * 86_400
BOUNDS = {
    "PORT": (1, 65_535),
    "WORKERS": (1, 1024),
    "DISK_WARN": (0, 1_000_000_000),
    "DISK_REFUSE": (0, 1_000_000_000),
    "DATABASE_POOL": (2, 1000),
    "STATEMENT_TIMEOUT": (100, 35_000),
    "LOCK_TIMEOUT": (10, 600_000),
    "CACHE_LOCAL_ENTRIES": (0, 100_000_000),
    "SESSION_IDLE": (60, YEAR),
    "SESSION_ABSOLUTE": (60, YEAR),
    "SESSION_REMEMBER_IDLE": (60, YEAR),
    "SESSION_REMEMBER_ABSOLUTE": (60, YEAR),
    "ACCESS_TOKEN": (60, 900),
    "PROVE_AGAIN": (60, 86_400),
    "IMPERSONATION": (60, 1800),
    "DELETION_GRACE": (0, 365),
    "ACCESS_REVIEW_DAYS": (0, 3650),
    "MAILBOX_PORT": (0, 65_535),
    "REALTIME_PROCESSES": (1, 64),
    "REALTIME_PORT": (0, 65_535),
    "REALTIME_AUTHENTICATE": (1, 300),
    "REALTIME_PER_NETWORK": (1, 1_000_000),
    "REALTIME_PER_ACCOUNT": (1, 10_000),
    "SMS_RATE": (1, 60_000),
    "SMS_CODES": (1, 100_000),
    "SMS_A_DAY": (1, 10_000_000),
}
# Or 0 for never: tests/kernel/test_trimmed_events.py.
AT_LEAST_A_MONTH = {"EVENTS_KEEP", "AUDIT_KEEP"}
# Other settings needed to reach a bound: an idle limit is at most the absolute limit.
LIMITS = {f"PHOENIX_SESSION_{name}": str(YEAR) for name in ("ABSOLUTE", "REMEMBER_ABSOLUTE")}
SHORTEST = {f"PHOENIX_SESSION_{name}": "60" for name in ("IDLE", "REMEMBER_IDLE")}


def read(**given: str) -> Settings:
    return read_settings({f"PHOENIX_{name}": value for name, value in given.items()})


def in_effect(settings: Settings) -> dict[str, Any]:
    return {variable.name: value for _, variable, value in values(settings)}


def test_every_default_is_as_documented() -> None:
    rows = dict(re.findall(r"^\| `(PHOENIX_\w+)` \| (.*?) \|", DOCUMENTED.read_text(encoding="utf-8"), re.MULTILINE))
    said = {}
    for _, variable in variables():
        default = ", ".join(variable.default) if isinstance(variable.default, tuple) else str(variable.default)
        said[variable.name] = default or "none"
    assert said.pop("PHOENIX_STATIC").endswith("/phoenix/static")
    rows.pop("PHOENIX_STATIC")
    assert {name: rows[name] for name in said} == said


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_is_accepted_from_its_lowest_to_its_highest_value(name: str) -> None:
    variable, (least, most) = f"PHOENIX_{name}", BOUNDS[name]
    for value in (least, most):
        assert in_effect(read_settings({**LIMITS, **SHORTEST, variable: str(value)}))[variable] == value
    for value in (least - 1, most + 1):
        with pytest.raises(SettingsError, match=rf"^{variable} must (be between {least} and {most}, not {value}|not be negative)\.$"):
            read_settings({**LIMITS, **SHORTEST, variable: str(value)})


def test_every_number_has_bounds() -> None:
    numbers = {variable.name.removeprefix("PHOENIX_") for _, variable in variables() if type(variable.default) is int}
    assert numbers == set(BOUNDS) | AT_LEAST_A_MONTH


@pytest.mark.parametrize(("text", "value"), [("1", True), ("YES", True), ("on", True), ("true", True), ("0", False), ("Off", False)])
def test_a_switch_is_on_or_off(text: str, value: bool) -> None:
    assert read(DEMO=text).installation.demo is value


@pytest.mark.parametrize("text", ["", "no", "false"])
def test_a_switch_can_be_turned_off(text: str) -> None:
    assert read(DEMO=text).installation.demo is False


def test_whitespace_around_a_value_is_ignored() -> None:
    settings = read(PORT=" 9000 ", DATA="~/phoenix", TRUSTED_PROXIES=" 10.0.0.0/8, ,10.1.2.3 ", SMTP_URL="")
    assert settings.web.port == 9000
    assert settings.installation.data == Path.home() / "phoenix"
    assert settings.web.trusted_proxies == ("10.0.0.0/8", "10.1.2.3")


def test_a_number_has_at_most_nineteen_characters() -> None:
    assert read(CACHE_LOCAL_ENTRIES="5".rjust(19, "0")).cache.local_entries == 5
    with pytest.raises(SettingsError, match="must be a whole number"):
        read(CACHE_LOCAL_ENTRIES="5".rjust(20, "0"))
    for text in ("1_000", "1.5", "²", "5-", ""):
        with pytest.raises(SettingsError, match="must be a whole number"):
            read(CACHE_LOCAL_ENTRIES=text)


def test_a_value_is_read_from_a_file_unless_the_variable_is_set(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"  {KEY}\n")
    assert read(SECRET_KEY_FILE=str(file)).secrets.key == KEY
    assert read(SECRET_KEY_FILE=str(file), SECRET_KEY="another").secrets.key == "another"
    assert read(SECRET_KEY_FILE="").secrets.key == ""
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"^PHOENIX_SECRET_KEY_FILE names .*, which cannot be read: it is not UTF-8 text\.$"):
        read(SECRET_KEY_FILE=str(file))
    with pytest.raises(SettingsError, match=r"which cannot be read: No such file or directory\.$"):
        read(SECRET_KEY_FILE=str(tmp_path / "gone"))


def test_unknown_variables_are_named_in_order_and_internal_ones_are_not() -> None:
    known = {"PHOENIX_PORT", "PHOENIX_WORKERS"}
    given = dict.fromkeys(["PHOENIX_WROKERS", "PHOENIX_PORT_FILE", "PHOENIX_UP_DATA", "PHOENIX_ANYTHING"], "")
    assert unknown(given, known) == [
        "PHOENIX_ANYTHING is not a setting, and has no effect.",
        "PHOENIX_WROKERS is not a setting, and has no effect. Did you mean PHOENIX_WORKERS?",
    ]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (one_of("", "a", "b"), ["", "a"], ["c", "A"]),
        (with_scheme("redis", "rediss"), ["", "redis://h", "rediss://h:6379/0", "redis:///0?host=/run"], ["redis://", "h", "http://h"]),
        (with_scheme("http"), ["http://h:1"], ["http://h:0", "http://h:65536", "http://h:x", "http:///?port=1"]),
        (networks, [(), ("10.8.0.0/24", "::1"), ("10.8.0.7/24",)], [("10.8.0.0/24", "x"), ("10.8.0.0/33",)]),
        (
            origins,
            [(), ("https://a.example", "http://a.example:1"), ("http://a.example:65535",)],
            [
                ("a.example",),
                ("ftp://a.example",),
                ("https://a.example/",),
                ("https://u@a.example",),
                ("https://*.example",),
                ("https://",),
            ],
        ),
        (origins, [], [("https://a.example:0",), ("https://a.example:65536",), ("https://a.example?",), ("https://a.example", "x")]),
        (bind, ["127.0.0.1:0", "[::1]:65535", "host:8020"], ["8020", ":8020", "h:", "h:65536", "h:000001", "h:x", "h:²", "h:-1"]),
        (email, ["", "help@phoenix.example"], ["help", "@phoenix.example", "help@", "a b@c.example", "a@b.example?x", "a@b.example\n"]),
    ],
)
def test_a_check_accepts_valid_values_and_refuses_others(check: Any, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if check(value) != ""] == []
    assert [value for value in bad if check(value) == ""] == []


@pytest.mark.parametrize(
    ("check", "value", "shown"),
    [
        (one_of("a", "b"), "x" * 90, 40),
        (networks, ("x" * 90,), 60),
        (origins, ("x" * 90,), 80),
        (email, "x" * 90, 60),
    ],
)
def test_an_error_shows_the_beginning_of_a_long_value(check: Any, value: Any, shown: int) -> None:
    assert f"'{'x' * shown}'" in check(value)


def test_an_error_shows_the_beginning_of_an_invalid_number() -> None:
    with pytest.raises(SettingsError, match=f"not '{'x' * 40}'"):
        read(PORT="x" * 90)


def test_the_choices_are_listed_in_a_sentence() -> None:
    assert one_of("a", "b", "c")("d") == "must be a, b or c, not 'd'"
    assert one_of("", "a", "b")("d") == "must be a or b, not 'd'"


@pytest.mark.parametrize("environment", ["development", "test", "staging", "production"])
def test_only_staging_and_production_are_strict(environment: str) -> None:
    settings = read_settings({**STRICT, "PHOENIX_ENVIRONMENT": environment})
    assert settings.development is (environment == "development")
    assert settings.strict is (environment in {"staging", "production"})
    assert settings.second_factor_for == ("staff" if settings.strict else "nobody")
    assert read_settings({**STRICT, "PHOENIX_SECOND_FACTOR_FOR": "everybody"}).second_factor_for == "everybody"


@pytest.mark.parametrize("switch", ["PHOENIX_RELOAD", "PHOENIX_SQL_LOG"])
def test_debug_settings_are_for_development_only(switch: str) -> None:
    assert in_effect(read_settings({switch: "on"}))[switch] is True
    for environment in ("test", "staging", "production"):
        with pytest.raises(SettingsError, match=rf"^{switch} is for development only"):
            read_settings({**STRICT, "PHOENIX_ENVIRONMENT": environment, switch: "on"})


def test_a_secret_must_be_long_and_varied() -> None:
    assert len(KEY) == 32
    assert read_settings(STRICT).secrets.key == KEY
    many = KEY[::-1] + KEY[::2]
    assert read_settings({**STRICT, "PHOENIX_SECRET_KEY": many}).secrets.key == many
    for weak in (KEY[:-1], "abcdefghijk" * 3, f"development-{KEY}", ""):
        with pytest.raises(SettingsError, match=r"^PHOENIX_SECRET_KEY"):
            read_settings({**STRICT, "PHOENIX_SECRET_KEY": weak})
    with pytest.raises(SettingsError, match=r"^PHOENIX_SMTP_URL"):
        read_settings({**STRICT, "PHOENIX_SMTP_URL": ""})
    for instead in (
        {"PHOENIX_SENDGRID_KEY": "SG.key"},
        {"PHOENIX_SMTP_FALLBACK_URL": "smtp://mail:587"},
        {WITHHELD: "PHOENIX_SENDGRID_KEY"},
    ):
        assert read_settings({**STRICT, "PHOENIX_SMTP_URL": "", **instead}).strict


@pytest.mark.parametrize("kind", ["", "REMEMBER_"])
def test_a_session_cannot_be_idle_for_longer_than_it_lasts(kind: str) -> None:
    idle, absolute = f"PHOENIX_SESSION_{kind}IDLE", f"PHOENIX_SESSION_{kind}ABSOLUTE"
    assert in_effect(read_settings({idle: "600", absolute: "600"}))[idle] == 600
    with pytest.raises(SettingsError, match=rf"^{idle} must not be longer than {absolute}\.$"):
        read_settings({idle: "601", absolute: "600"})


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://localhost:8000"),
        ({"HOST": "0.0.0.0", "PORT": "9000"}, "http://localhost:9000"),
        ({"HOST": "::"}, "http://localhost:8000"),
        ({"HOST": "::1"}, "http://localhost:8000"),
        ({"HOST": "fd00::7"}, "http://[fd00::7]:8000"),
        ({"HOST": "10.0.0.7"}, "http://10.0.0.7:8000"),
        ({"DOMAIN": "phoenix.example"}, "https://phoenix.example"),
        ({"DOMAIN": "phoenix.example", "PUBLIC_URL": "https://other.example/"}, "https://other.example"),
    ],
)
def test_the_public_address_is_derived_from_the_settings(given: dict[str, str], address: str) -> None:
    assert read(**given).public_url == address


def test_the_admin_listener_is_derived_from_the_settings() -> None:
    panel = read(ADMIN_BIND="[::1]:8020").admin
    assert (panel.host, panel.port, panel.origin) == ("::1", 8020, "http://[::1]:8020")
    assert read(ADMIN_URL="https://staff.example/").admin.origin == "https://staff.example"
    assert read(ADMIN_URL="https://staff.example", PUBLIC_URL="https://staff.example/").for_staff
    assert not read(ADMIN_URL="https://staff.example", PUBLIC_URL="https://phoenix.example").for_staff


def test_given_variables_are_kept_for_modules_and_not_shown() -> None:
    settings = read_settings({"PHOENIX_SECRET_KEY": KEY, "HOME": "/root", "PHOENIX_NOTES_MOST": "5"})
    assert settings.given == {"PHOENIX_SECRET_KEY": KEY, "PHOENIX_NOTES_MOST": "5"}
    assert "PHOENIX_NOTES_MOST" not in repr(settings)
    assert settings == read_settings({"PHOENIX_SECRET_KEY": KEY})


def test_settings_are_listed_with_their_effective_values() -> None:
    listed = values(read(PORT="9000"))
    assert next((about, value) for about, variable, value in listed if variable.name == "PHOENIX_PORT") == ("The public listener", 9000)
    assert [variable for _, variable, _ in listed] == [variable for _, variable in variables()]
    assert variables()[0][0] == "installation"


@pytest.mark.parametrize("value", ["nope", "<>", "", "Phoenix", "a@b, c@d", "Phoenix <a b@c.de>"])
def test_a_sender_that_is_no_address_is_refused(value: str) -> None:
    assert sender(value)
    with pytest.raises(SettingsError, match="PHOENIX_MAIL_FROM"):
        read_settings({"PHOENIX_MAIL_FROM": value or "<>"})


@pytest.mark.parametrize("value", ["Phoenix <no-reply@example.com>", "no-reply@example.com", '"Phoenix, Ltd." <a@b.example>'])
def test_a_sender_is_an_address_with_a_name_or_without(value: str) -> None:
    assert sender(value) == ""


@pytest.mark.parametrize("value", ["https://x.org/", "x y", "x.org/", "x.org:443", "-x.org", "x..org", "münchen.de", "a" * 64 + ".org"])
def test_a_domain_that_is_no_host_name_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="PHOENIX_DOMAIN must be a host name"):
        read_settings({"PHOENIX_DOMAIN": value})


@pytest.mark.parametrize("value", ["", "x.org", "App.example.com", "xn--mnchen-3ya.de", "localhost"])
def test_a_domain_is_a_host_name(value: str) -> None:
    assert host_name(value) == ""
