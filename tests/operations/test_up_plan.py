"""How settings become command lines, an environment and the final message."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from rich.console import Console

from phoenix.modules.admin.actions.values import values_of
from phoenix.operations.up import addresses, caddy, plan
from phoenix.operations.up.addresses import (
    check_cache,
    check_database,
    require_free,
    require_free_for_sockets,
    require_free_for_staff,
    without_password,
)
from phoenix.operations.up.errors import StartError
from phoenix.operations.up.plan import SERVING, bare_environment, environment, parts, require_ports_of_their_own, resolve
from phoenix.operations.up.ready import DemoAccount, announce, describe
from phoenix.settings import (
    WITHHELD,
    AdminSettings,
    EmailSettings,
    InstallationSettings,
    RealtimeSettings,
    SecretSettings,
    Settings,
    WebSettings,
    read_settings,
    variables,
)


@pytest.fixture(autouse=True)
def _without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on every machine, whether or not it has ::1; tests/operations/test_loopback.py is about that."""
    monkeypatch.setattr(plan, "has_ipv6_loopback", lambda: False)


def settings_with(**concerns: object) -> Settings:
    return replace(Settings(), **concerns)  # type: ignore[arg-type]


def commands(settings: Settings) -> dict[str, str]:
    return {part.name: " ".join(part.command) for part in parts(settings, Path("/data/caddy.json"))}


def test_children_read_back_exactly_the_settings_they_were_given(tmp_path: Path) -> None:
    given = settings_with(
        installation=InstallationSettings(environment="test", data=tmp_path, demo=True),
        web=WebSettings(workers=3, trusted_proxies=("10.0.0.0/8", "127.0.0.1/32"), cors_origins=("https://app.example.com",)),
        secrets=SecretSettings(key="k" * 40),
    )
    secret_file = tmp_path / "key"
    secret_file.write_text("another")
    variables = environment(given, {"PATH": "/bin", "PHOENIX_SECRET_KEY_FILE": str(secret_file)})
    assert read_settings(variables) == given
    assert variables["PATH"] == "/bin"


def test_everything_runs_on_one_machine_by_default(tmp_path: Path) -> None:
    settings = resolve(settings_with(web=WebSettings(static=tmp_path, port=8000)), tmp_path)
    found = commands(settings)
    assert list(found) == ["web", "realtime", "admin", "worker", "mailbox"]
    assert "--interface asgi --loop uvloop --http 1 --host 127.0.0.1 --port 8000 --workers 1" in found["web"]
    assert "static" not in found["web"], "the server could not send our headers with files"
    assert settings.email.mailbox_port > 8000


@pytest.mark.parametrize(
    "settings",
    [
        settings_with(installation=InstallationSettings(environment="production"), email=EmailSettings(smtp_url="smtp://mail.example.com")),
        settings_with(email=EmailSettings(smtp_url="smtp://mail.example.com")),
    ],
)
def test_there_is_no_mailbox_if_a_mail_server_is_configured(settings: Settings, tmp_path: Path) -> None:
    assert list(commands(resolve(settings, tmp_path))) == ["web", "realtime", "admin", "worker"]


def test_all_processes_of_sockets_share_a_port_that_pages_know(tmp_path: Path) -> None:
    settings = resolve(settings_with(realtime=RealtimeSettings(processes=2, port=9100)), tmp_path)
    found = commands(settings)
    assert list(found) == ["web", "realtime-1", "realtime-2", "admin", "worker", "mailbox"]
    assert found["realtime-2"].endswith("-m phoenix.realtime --number 2")
    assert settings.realtime.url == "http://localhost:9100"
    known = resolve(settings_with(web=WebSettings(public_url="https://phoenix.example.com")), tmp_path)
    assert known.realtime.url == "", "on the address that people use, by a proxy or by the web workers"


def test_two_listeners_cannot_be_set_to_one_port() -> None:
    require_ports_of_their_own(settings_with(web=WebSettings(port=9000)))
    with pytest.raises(
        StartError, match="PHOENIX_PORT and PHOENIX_REALTIME_PORT name the same port, 9000. Choose another for one of them."
    ):
        require_ports_of_their_own(settings_with(web=WebSettings(port=9000), realtime=RealtimeSettings(port=9000)))
    with pytest.raises(StartError, match="PHOENIX_PORT and PHOENIX_ADMIN_BIND"):
        require_ports_of_their_own(settings_with(web=WebSettings(port=9000), admin=AdminSettings(bind="127.0.0.1:9000")))
    with pytest.raises(StartError, match="PHOENIX_PORT and PHOENIX_ADMIN_BIND"):
        require_ports_of_their_own(settings_with(web=WebSettings(host="0.0.0.0", port=9000), admin=AdminSettings(bind="10.0.0.5:9000")))
    require_ports_of_their_own(settings_with(web=WebSettings(port=9000), admin=AdminSettings(bind="10.0.0.5:9000")))


def test_the_admin_panel_has_its_own_process_and_address(tmp_path: Path) -> None:
    settings = resolve(settings_with(web=WebSettings(port=9000)), tmp_path)
    assert settings.admin.port >= 9020
    assert settings.admin.origin == f"http://localhost:{settings.admin.port}"
    assert f"phoenix.app:create_admin_app --host 127.0.0.1 --port {settings.admin.port}" in commands(settings)["admin"]
    chosen = resolve(settings_with(admin=AdminSettings(bind="[::1]:8443", url="https://staff.example.com/")), tmp_path)
    assert "--host ::1 --port 8443" in commands(chosen)["admin"]
    assert chosen.admin.origin == "https://staff.example.com"


def test_an_admin_port_that_is_busy_or_on_another_machine_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(StartError, match=rf"Port {port}, for the admin panel, is in use .* PHOENIX_ADMIN_BIND"):
            require_free_for_staff("127.0.0.1", port)
        with pytest.raises(StartError, match="for sockets, is in use by another program. Choose another with PHOENIX_REALTIME_PORT"):
            require_free_for_sockets("127.0.0.1", port)
    with pytest.raises(StartError, match=r"192\.0\.2\.1 is not an address of this machine\. Set PHOENIX_ADMIN_BIND"):
        require_free_for_staff("192.0.2.1", 8443)


def test_with_a_domain_the_web_listens_on_loopback_and_trusts_only_caddy(tmp_path: Path) -> None:
    settings = resolve(
        settings_with(web=WebSettings(host="0.0.0.0", domain="phoenix.example.com", trusted_proxies=("10.0.0.0/8",))), tmp_path
    )
    assert settings.web.host == "127.0.0.1"
    assert settings.web.trusted_proxies == ("127.0.0.1/32",)
    assert settings.web.public_url == "https://phoenix.example.com"
    assert commands(settings)["caddy"].endswith("caddy run --config /data/caddy.json")


@pytest.mark.parametrize("processes", [1, 2])
def test_caddy_accepts_the_configuration(tmp_path: Path, processes: int) -> None:
    web = WebSettings(domain="phoenix.example.com", acme_directory="https://ca.example.com/dir")
    settings = resolve(settings_with(web=web, realtime=RealtimeSettings(processes=processes, port=9100)), tmp_path)
    path = caddy.write_configuration(settings)
    program = caddy.caddy_program()
    done = subprocess.run([program, "validate", "--config", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = path.read_text()
    assert '"protocol_min": "tls1.2"' in written
    assert '"ca": "https://ca.example.com/dir"' in written
    assert "127.0.0.1:9100" in written
    assert "127.0.0.1:9101" not in written, "they share a port"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:secret@db.example.com:5433/phoenix", "postgresql://ada@db.example.com:5433/phoenix"),
        ("postgresql://ada:secret@/phoenix?host=/run/x&password=secret", "postgresql://ada@/phoenix?host=/run/x"),
        ("redis://:secret@[::1]:6379/0", "redis://[::1]:6379/0"),
        (f"redis://:{quote('p@ss/word', safe='')}@cache/1", "redis://cache/1"),
    ],
)
def test_addresses_are_shown_without_their_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_a_busy_port_is_reported_with_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(StartError, match=rf"Port {port} is in use by another program\. Choose another, for example with --port \d+"):
            require_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StartError, match=r"192\.0\.2\.1 is not an address of this machine"):
        require_free("192.0.2.1", 8000)


def test_servers_that_do_not_answer_are_named_without_their_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for check, scheme in ((check_database, "postgresql"), (check_cache, "redis")):
        with pytest.raises(StartError, match=f"127.0.0.1:{port}") as refused:
            check(f"{scheme}://ada:secret@127.0.0.1:{port}/x")
        assert "secret" not in str(refused.value)


def test_reachable_servers_are_accepted_and_wrong_passwords_are_reported(postgres: str, valkey: str) -> None:
    assert int(check_database(postgres).partition(".")[0]) >= 15
    check_cache(valkey)
    with pytest.raises(StartError, match="refuses the user name or the password"):
        check_database(postgres.replace("@", "x@"))
    with pytest.raises(StartError, match="refuses the connection"):
        check_cache(valkey.replace("@", "x@"))


def test_a_database_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def old(_: str) -> int:
        return 140_012

    monkeypatch.setattr(addresses, "_database_version", old)
    with pytest.raises(StartError, match="is PostgreSQL 14; Phoenix needs 15 or newer"):
        check_database("postgresql://db/phoenix")


def said_at_the_end(settings: Settings, *, as_json: bool) -> str:
    account = DemoAccount("ada@example.com", "demo-1", "Ada")
    ready = describe(
        settings,
        database="postgresql://phoenix@/phoenix",
        cache="redis://127.0.0.1:1/0",
        link="http://x/first?token=" + "t" * 90,
        accounts=(account,),
    )
    out = io.StringIO()
    announce(ready, json=as_json, console=Console(file=out, width=60, highlight=False))
    return out.getvalue()


def test_the_ready_message_is_one_line_and_links_are_not_wrapped(tmp_path: Path) -> None:
    settings = resolve(settings_with(web=WebSettings(port=9000)), tmp_path)
    lines = said_at_the_end(settings, as_json=False).splitlines()
    assert lines[0] == "Phoenix is ready at http://localhost:9000"
    assert sum("ready" in line for line in lines) == 1
    assert any("t" * 90 in line for line in lines)
    assert any("ada@example.com  demo-1  Ada" in line for line in lines)


def test_the_json_output_contains_every_address(tmp_path: Path) -> None:
    settings = resolve(settings_with(web=WebSettings(port=9000)), tmp_path)
    text = said_at_the_end(settings, as_json=True)
    assert text.count("\n") == 1
    said = json.loads(text)
    assert said["ready"] is True
    assert (said["url"], said["api"], said["docs"]) == (
        "http://localhost:9000",
        "http://localhost:9000/api/v2",
        "http://localhost:9000/api/docs",
    )
    assert said["mailbox"] == "http://localhost:9000/mailbox"
    assert said["admin"] == settings.admin.origin
    assert said["demo_accounts"] == [{"email": "ada@example.com", "password": "demo-1", "name": "Ada"}]


def test_the_watching_process_imports_nothing_of_phoenix() -> None:
    heavy = ("phoenix.modules", "phoenix.app", "litestar")
    code = f"import sys, phoenix.operations.up.start; print([name for name in sys.modules if name.startswith({heavy})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


SECRETS = {
    "PHOENIX_SECRET_KEY": "k" * 40,
    "PHOENIX_DATABASE_URL": "postgresql://phoenix:hidden@db:5432/phoenix",
    "PHOENIX_DATABASE_OWNER_URL": "postgresql://owner:hidden@db:5432/phoenix",
    "PHOENIX_CACHE_URL": "redis://:hidden@cache:6379",
    "PHOENIX_SMTP_URL": "smtp://user:hidden@mail:587",
    "PHOENIX_SMTP_FALLBACK_URL": "smtp://user:hidden@mail2:587",
    "PHOENIX_DKIM_KEY": "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----",
    "PHOENIX_PROVIDERS": '[{"client_secret": "hidden"}]',
    **dict.fromkeys(("PHOENIX_SENDGRID_KEY", "PHOENIX_CAPTCHA_SECRET", "PHOENIX_TWILIO_TOKEN", "PHOENIX_TWILIO_SECRET"), "hidden"),
}
GIVEN = {
    "web": {*SERVING, "PHOENIX_PROVIDERS", "PHOENIX_CAPTCHA_SECRET", "PHOENIX_TWILIO_TOKEN"},
    "realtime": {"PHOENIX_SECRET_KEY", "PHOENIX_DATABASE_URL", "PHOENIX_CACHE_URL"},
    "admin": {"PHOENIX_SECRET_KEY", "PHOENIX_DATABASE_URL", "PHOENIX_CACHE_URL"},
    "worker": {"PHOENIX_SECRET_KEY", "PHOENIX_DATABASE_URL", "PHOENIX_CACHE_URL", *plan.FOR_EMAIL, *plan.FOR_SMS},
    "caddy": set[str](),
}


def test_every_process_gets_the_secrets_that_it_needs_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "caddy_program", lambda: tmp_path / "caddy")
    assert {variable.name for _, variable in variables() if variable.secret} == set(SECRETS)
    given = read_settings({**SECRETS, "PHOENIX_DOMAIN": "phoenix.acme.org", "PHOENIX_REALTIME_PROCESSES": "1"})
    settings = resolve(given, tmp_path)
    found = {}
    for part in parts(settings, tmp_path):
        made = bare_environment(settings, SECRETS) if part.bare else environment(settings, SECRETS, part.secrets)
        found[part.name] = {name for name, value in made.items() if name in SECRETS and value == SECRETS[name]}
        kept = [value for name, value in made.items() if name not in found[part.name]]
        assert not any("hidden" in value or SECRETS["PHOENIX_SECRET_KEY"] in value for value in kept), part.name
    assert found == GIVEN
    assert environment(settings, SECRETS)["PHOENIX_SMTP_URL"] == "smtp://mail:587", "whether there is a mail server is no secret"
    assert set(environment(settings, SECRETS)[WITHHELD].split(",")) == set(SECRETS) - SERVING


def test_a_process_without_a_secret_shows_that_it_is_set(tmp_path: Path) -> None:
    settings = read_settings({**SECRETS, "PHOENIX_DATA": str(tmp_path)})
    shown = {value.variable: value for value in values_of(read_settings(environment(settings, {})), people_url="https://a.example.com")}
    for name in SECRETS:
        assert "hidden" not in shown[name].value
        assert not shown[name].is_default
    assert shown["PHOENIX_PROVIDERS"].hidden
