"""The ASGI application, built from the composition."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import MethodNotAllowedException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.response import Response

from phoenix import __version__
from phoenix.composition import REGISTRY
from phoenix.embedded.mailbox.pages import MAILBOX_ROUTES
from phoenix.embedded.mailbox.pages import TEMPLATES as MAILBOX_TEMPLATES
from phoenix.kernel.actor import ListenerName
from phoenix.kernel.background import watchdog
from phoenix.kernel.clock import Clock
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.i18n.templates import Templates
from phoenix.kernel.realtime.addresses import REALTIME_ROUTES
from phoenix.kernel.realtime.relay import SocketRelay
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.logging import configure
from phoenix.kernel.web.application import AnyRequest, App, app_of
from phoenix.kernel.web.around_routes import AroundRoutes
from phoenix.kernel.web.asgi import AsgiApp, Receive, Scope, Send
from phoenix.kernel.web.client_address import ClientAddress
from phoenix.kernel.web.compression import Compression
from phoenix.kernel.web.debug_page import debug_page
from phoenix.kernel.web.documentation import DOCUMENTATION_ROUTES
from phoenix.kernel.web.headers import Headers
from phoenix.kernel.web.health import HEALTH_ROUTES, METRIC_ROUTES
from phoenix.kernel.web.hot import HotReads
from phoenix.kernel.web.languages import Languages
from phoenix.kernel.web.noting import Noting
from phoenix.kernel.web.one_name import OneName
from phoenix.kernel.web.own_pages import page_of_form
from phoenix.kernel.web.problem_page import problem_page
from phoenix.kernel.web.problems import as_problem, is_api, log_failure, problem_response
from phoenix.kernel.web.rendering import go_to
from phoenix.kernel.web.rules import MOST_BODY_BYTES
from phoenix.kernel.web.session_reader import SessionReader
from phoenix.kernel.web.staff_only import StaffOnly
from phoenix.kernel.web.static_files import StaticFiles
from phoenix.kernel.web.time_zones import TIME_ZONE_ROUTES
from phoenix.settings import Settings, settings_of_process

DOCUMENT = OpenAPIConfig(
    title="Phoenix",
    version=__version__,
    description="The API of Phoenix. Base path /api/v2; conventions are at the top of /api/docs.",
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    components=Components(
        security_schemes={
            "bearer": SecurityScheme(type="http", scheme="bearer", description="An access token from POST /api/v2/sessions."),
            "session": SecurityScheme(type="apiKey", name="phoenix_session", security_scheme_in="cookie"),
        }
    ),
    use_handler_docstrings=True,
)


def create_app() -> AsgiApp:
    """The application of a web worker, with settings from the environment."""
    settings = settings_of_process()
    configure(settings.logs)
    return Phoenix(settings, REGISTRY, watched=not settings.development)


def create_admin_app() -> AsgiApp:
    """The admin panel, on its own listener: cookies, origins and links follow the address that staff use."""
    settings = settings_of_process()
    configure(settings.logs)
    return admin_app(settings, REGISTRY, watched=not settings.development)


def admin_app(
    settings: Settings, registry: Registry, *, clock: Clock | None = None, framework: Litestar | None = None, watched: bool = False
) -> Phoenix:
    """Like `create_admin_app`, with these settings."""
    web = replace(settings.web, public_url=settings.admin.origin, cors_origins=(), trusted_proxies=())
    return Phoenix(
        replace(settings, web=web),
        registry,
        clock=clock,
        listener="admin",
        framework=framework,
        people_url=settings.public_url,
        watched=watched,
    )


class Phoenix:
    """One complete web process: its lifespan opens the runtime, then wraps the framework in every layer.

    Layers from the outside in: compression, hot reads, language, client address, headers, relay of sockets, static files, framework. A `framework` built for an
    earlier process that has ended can be passed in, since building one is slow. With `watched` the process ends if it hangs.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        *,
        clock: Clock | None = None,
        listener: ListenerName = "public",
        framework: Litestar | None = None,
        people_url: str = "",
        watched: bool = False,
    ) -> None:
        self.settings = settings
        self.watched = watched
        self.people_url = people_url
        self.listener = listener
        self.registry = registry
        self.clock = clock
        self.framework = framework or build(settings, registry, listener=listener)
        self.serve: AsgiApp = _starting
        self.shared: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        await self.serve(scope, receive, send)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Runtime]:
        """Open the runtime and assemble the layers; everything is closed with the block."""
        async with self.registry.opened(self.settings, clock=self.clock) as runtime:
            app = self._shared(runtime)
            runtime.background.start("last use of sessions", app.sessions.keep_flushing)
            if self.watched:
                runtime.background.start("watchdog", watchdog)
            served: AsgiApp = OneName(AroundRoutes(self.framework), self.settings)
            assets = {f"/assets/{name}/": folder for name, folder in self.registry.asset_folders.items()}
            served = StaticFiles(served, {"/static/": self.settings.web.static, **assets})
            if self.listener == "public":
                served = SocketRelay(served, self.settings, runtime.keys)
            if self.settings.development:
                served = Noting(served, log=self.settings.developing.sql_log)
            served = Headers(served, self.settings, self.registry.sources)
            if self.listener == "admin":
                # Outside of everything that answers: hot reads, which would stand further out, are for the public listener.
                served = StaffOnly(served, self.settings)
            served = ClientAddress(served, app, self.settings.web.trusted_proxies)
            hot = [read for module in self.registry.modules for read in module.hot if self.listener == "public"]
            self.serve = Compression(HotReads(Languages(served), app, hot))
            self.shared = app
            try:
                yield runtime
            finally:
                self.serve = _starting
                await runtime.background.close()
                with contextlib.suppress(PhoenixError):
                    await app.sessions.flush()

    def _shared(self, runtime: Runtime) -> App:
        settings = self.settings
        folders = {"mailbox": MAILBOX_TEMPLATES, **self.registry.template_folders}
        return App(
            runtime=runtime,
            registry=self.registry,
            templates=Templates(folders, settings.web.static, self.registry.asset_folders, production=settings.strict),
            sessions=SessionReader(runtime, self.registry),
            listener=self.listener,
            people_url=self.people_url or settings.public_url,
            document=openapi_document,
        )

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self.running():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})


def build(settings: Settings, registry: Registry, *, documented: bool = False, listener: ListenerName = "public") -> Litestar:
    """The framework with the routes of all modules for one listener. With `documented` it can describe itself."""
    routes: list[Any] = [*HEALTH_ROUTES]
    if listener == "public":
        routes.extend([*DOCUMENTATION_ROUTES, *TIME_ZONE_ROUTES, *REALTIME_ROUTES])
        if not settings.strict:
            routes.extend(MAILBOX_ROUTES)
    else:
        routes.extend(METRIC_ROUTES)
    for module in registry.modules:
        routes.extend(route for route in module.routes if listener in route.opt["rule"].listeners)
    return Litestar(
        route_handlers=routes,
        exception_handlers={Exception: refuse},
        openapi_config=DOCUMENT if documented else None,
        request_max_body_size=MOST_BODY_BYTES,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
        state=State(),
        on_app_init=[_quiet],
    )


@functools.cache
def openapi_document() -> bytes:
    """The OpenAPI 3.1 document, as JSON with sorted keys, so that two builds can be compared."""
    schema = build(Settings(), REGISTRY, documented=True).openapi_schema.to_schema()
    return msgspec.json.encode(schema, order="sorted")


def refuse(request: AnyRequest, error: Exception) -> Response[Any]:
    """Handle every exception: with problem details for the API, with a page for people. The address of a form leads to its page."""
    api = is_api(request.scope["path"])
    if isinstance(error, MethodNotAllowedException) and request.method == "GET" and not api and (page := page_of_form(request)):
        return go_to(page, request)
    problem = as_problem(error, on_a_page=not api)
    log_failure(error, problem, request)
    if api:
        return problem_response(problem, request)
    if problem.status == 500 and app_of(request).runtime.settings.development:
        return debug_page(error, request)
    return problem_page(problem, request)


def _quiet(config: AppConfig) -> AppConfig:
    """The framework's own exception logging is off: ours redacts."""
    config.logging_config = None
    return config


async def _starting(scope: Scope, receive: Receive, send: Send) -> None:
    """The response before the runtime is open."""
    del receive
    if scope["type"] == "http":
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"2")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"Phoenix is starting. Try again in a moment.\n", "more_body": False})
