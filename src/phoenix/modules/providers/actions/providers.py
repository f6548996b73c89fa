"""Identity providers: their configuration from the settings, and their endpoints by OpenID Connect Discovery 1.0."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Struct

from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.http_client import HttpClientError
from phoenix.modules.providers.errors import ProviderDown
from phoenix.settings import Settings, SettingsError

log = structlog.get_logger(__name__)

VARIABLE = "PHOENIX_PROVIDERS"
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Microsoft's tenant for all accounts that belong to no organisation.
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
TENANT_HOLE = "{tenantid}"
WELL_KNOWN = "/.well-known/openid-configuration"

APPLE = "https://appleid.apple.com"
GITHUB = "https://github.com/login/oauth"
GOOGLE = "https://accounts.google.com"
MICROSOFT = "https://login.microsoftonline.com"


class ProviderSettings(Struct, forbid_unknown_fields=True):
    """A provider as the operator configures it."""

    name: str
    client_id: str
    client_secret: str = ""
    title: str = ""
    issuer: str = ""
    tenant: str = ""
    team_id: str = ""
    key_id: str = ""
    private_key: str = ""


class Provider(Struct, frozen=True):
    """The complete configuration of a provider. Only its name is printed: the rest is secret.

    `issuer` has a placeholder for the tenant if Microsoft serves many. `team_id`, `key_id` and `private_key` are for Apple.
    """

    name: str
    title: str
    kind: Literal["oidc", "github", "apple", "microsoft"]
    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid email profile"
    tenant: str = ""
    team_id: str = ""
    key_id: str = ""
    private_key: str = ""

    def __repr__(self) -> str:
        return f"Provider({self.name})"

    @property
    def form_post(self) -> bool:
        """Whether its answer is a form sent from its site. Apple does this when a name or an address is requested."""
        return self.kind == "apple"

    def is_issuer(self, issuer: object) -> bool:
        """Whether a token's issuer is this provider: an exact comparison, except for the tenant in Microsoft's."""
        if not isinstance(issuer, str):
            return False
        if TENANT_HOLE not in self.issuer:
            # Google documents both forms.
            return issuer == self.issuer or (self.issuer == GOOGLE and issuer == GOOGLE.removeprefix("https://"))
        head, _hole, tail = self.issuer.partition(TENANT_HOLE)
        tenant = issuer.removeprefix(head).removesuffix(tail)
        if issuer != head + tenant + tail or not TENANT.fullmatch(tenant):
            return False
        return tenant != PERSONAL_TENANT if self.tenant == "organizations" else True


class Endpoints(Struct, frozen=True):
    """The endpoints of a provider. `says_issuer`: it identifies itself in every answer (RFC 9207)."""

    authorize: str
    token: str
    keys: str = ""
    person: str = ""
    says_issuer: bool = False
    secret_in_form: bool = False


class Discovered(Struct):
    """The fields that we read from a discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: list[str] = []


GITHUB_ENDPOINTS = Endpoints(f"{GITHUB}/authorize", f"{GITHUB}/access_token", person="https://api.github.com/user", secret_in_form=True)

# The fields of each preset besides name and client_id; the others take these and an issuer.
NEEDED: dict[str, tuple[str, ...]] = {
    "google": ("client_secret",),
    "github": ("client_secret",),
    "microsoft": ("client_secret", "tenant"),
    "apple": ("team_id", "key_id", "private_key"),
}
OTHERS_NEED = ("issuer", "client_secret")
TITLES = {"google": "Google", "github": "GitHub", "microsoft": "Microsoft", "apple": "Apple"}


def check(settings: Settings) -> None:
    """Raises SettingsError, naming the provider and the field, but never its value."""
    read_providers(settings.accounts.providers, production=settings.strict)


def providers(settings: Settings) -> tuple[Provider, ...]:
    """All that are set up, in the operator's order. None on the admin listener, whose address no provider knows."""
    if settings.public_url == settings.admin.origin:
        return ()
    return read_providers(settings.accounts.providers, production=settings.strict)


def provider_called(settings: Settings, name: str) -> Provider:
    """Raises NotFound."""
    found = next((provider for provider in providers(settings) if provider.name == name), None)
    if found is None:
        raise NotFound(_("This sign-in method doesn't exist."))
    return found


def title_of(settings: Settings, name: str) -> str:
    """The name of a provider, even if it is no longer configured."""
    return next((provider.title for provider in providers(settings) if provider.name == name), TITLES.get(name, name.title()))


@lru_cache(maxsize=8)
def read_providers(text: str, *, production: bool) -> tuple[Provider, ...]:
    """Parse the JSON list of providers. Raises SettingsError."""
    if not text.strip():
        return ()
    try:
        listed = msgspec.json.decode(text, type=list[ProviderSettings])
    except msgspec.MsgspecError as error:
        # Messages from msgspec name fields and positions, never values.
        raise SettingsError(f"{VARIABLE} is not a list of providers: {error}.") from None
    found: dict[str, Provider] = {}
    for entry in listed:
        if not NAME.fullmatch(entry.name):
            raise SettingsError(f"{VARIABLE}: name must consist of lower-case letters, digits and hyphens, and start with a letter.")
        if entry.name in found:
            raise SettingsError(f"{VARIABLE}: name {entry.name} is listed twice.")
        found[entry.name] = _read(entry, production=production)
    return tuple(found.values())


def _read(entry: ProviderSettings, *, production: bool) -> Provider:
    needed = NEEDED.get(entry.name, OTHERS_NEED)
    for field in (*needed, "client_id"):
        if not getattr(entry, field).strip():
            raise _fault(entry, field, "is missing")
    for field in entry.__struct_fields__:
        if getattr(entry, field) and field not in {"name", "client_id", "title", *needed}:
            raise _fault(entry, field, "is not for this provider")
    title = entry.title or TITLES.get(entry.name, entry.name.title())
    if entry.name == "google":
        return Provider("google", title, "oidc", GOOGLE, entry.client_id, entry.client_secret)
    if entry.name == "github":
        return Provider("github", title, "github", GITHUB, entry.client_id, entry.client_secret, "read:user user:email")
    if entry.name == "microsoft":
        return Provider("microsoft", title, "microsoft", _tenant(entry), entry.client_id, entry.client_secret, tenant=entry.tenant)
    if entry.name == "apple":
        try:
            usable = ECKey.import_key(entry.private_key).curve_name == "P-256"
        except (JoseError, ValueError, TypeError):
            usable = False
        if not usable:
            raise _fault(entry, "private_key", "is not an ES256 key; paste the whole .p8 file from Apple")
        apple = {"team_id": entry.team_id, "key_id": entry.key_id, "private_key": entry.private_key}
        return Provider("apple", title, "apple", APPLE, entry.client_id, "", "openid email name", **apple)
    if not usable_address(entry.issuer, production=production) or "?" in entry.issuer or "#" in entry.issuer:
        raise _fault(entry, "issuer", "must be an https:// address")
    return Provider(entry.name, title, "oidc", entry.issuer, entry.client_id, entry.client_secret)


def _tenant(entry: ProviderSettings) -> str:
    if entry.tenant in {"common", "organizations"}:
        return f"{MICROSOFT}/{TENANT_HOLE}/v2.0"
    tenant = PERSONAL_TENANT if entry.tenant == "consumers" else entry.tenant
    if not TENANT.fullmatch(tenant):
        raise _fault(entry, "tenant", "must be the tenant's id, or common, organizations or consumers")
    return f"{MICROSOFT}/{tenant}/v2.0"


def _fault(entry: ProviderSettings, field: str, sentence: str) -> SettingsError:
    return SettingsError(f"{VARIABLE}: {field} of {entry.name} {sentence}.")


def usable_address(url: str, *, production: bool) -> bool:
    """Whether we can connect to it: https, or outside production http to this machine."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or any(c.isspace() for c in url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and not production and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def endpoints(runtime: Runtime, provider: Provider) -> Endpoints:
    """The endpoints of a provider. Raises ProviderDown if it does not publish them, or none that are acceptable."""
    if provider.kind == "github":
        return GITHUB_ENDPOINTS
    base = provider.issuer.replace(TENANT_HOLE, provider.tenant)
    try:
        found = msgspec.convert(await runtime.http.document(base.rstrip("/") + WELL_KNOWN), Discovered)
    except (HttpClientError, msgspec.ValidationError) as error:
        raise down(provider, "discovery", error) from error
    addresses = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri, *filter(None, [found.userinfo_endpoint])]
    if found.issuer != provider.issuer:
        raise down(provider, "discovery", "another issuer")
    if not all(usable_address(address, production=runtime.settings.strict) for address in addresses):
        raise down(provider, "discovery", "an endpoint without https")
    methods = found.token_endpoint_auth_methods_supported
    return Endpoints(
        found.authorization_endpoint,
        found.token_endpoint,
        found.jwks_uri,
        found.userinfo_endpoint,
        found.authorization_response_iss_parameter_supported,
        "client_secret_post" in methods and "client_secret_basic" not in methods,
    )


async def published_keys(runtime: Runtime, provider: Provider, at: Endpoints, *, fresh: bool = False) -> list[dict[str, Any]]:
    """The public keys a provider signs with: only RSA and elliptic curves."""
    try:
        found = await runtime.http.document(at.keys, fresh=fresh)
        keys = msgspec.convert(found["keys"], list[dict[str, Any]])
    except (HttpClientError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise down(provider, "keys", error) from error
    return [key for key in keys if key.get("kty") in {"RSA", "EC", "OKP"}]


def down(provider: Provider, what: str, why: object) -> ProviderDown:
    """The sentence for people. The details go to the log."""
    log.warning("provider_down", provider=provider.name, what=what, why=str(why) if isinstance(why, str | HttpClientError) else "unusable")
    return ProviderDown(_("{provider} is not responding. Try again in a minute or use another method.").format(provider=provider.title))
