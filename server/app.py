"""The composition root: makes the services, starts what runs beside the requests, closes everything.

Nothing here decides anything: it says which part is given to which.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from forms.load import published
from server import clock
from server.auth import sessions, throttle
from server.central import databases, organisation, published_forms
from server.central.form_watch import FormWatch
from server.central.publication import publish_all
from server.central.publisher import Central
from server.certificates import issuer
from server.certificates.service import HubCertificates
from server.engine import PATIENCE_S, mend, open_engine
from server.enrolment.authorizer import Authorizer
from server.enrolment.facts import Addresses
from server.enrolment.service import Enrolment
from server.enrolment.tokens import AccessTokens
from server.people.publication import PeoplePublication
from server.projection.follow import Projection
from server.remote.publication import OpinionPublication
from server.routes import (
    api_device,
    api_enrolment,
    api_hub,
    api_node,
    api_remote,
    api_satisfaction,
    api_slots,
    sync_mount,
    tablet,
    web_remote,
    web_router,
    web_satisfaction,
)
from server.routes.cross_origin import add_cross_origin_headers
from server.routes.patience import PatientBodies
from server.routes.problems import EXCEPTION_HANDLERS
from server.routes.security_headers import add_security_headers
from server.routes.services import Rates, Replication, Services
from server.settings import Settings
from server.store import migrate
from server.store.database import Store, connect
from sync.embedded import EmbeddedEngine
from sync.engine import Engine
from sync.http.application import create_app as create_replication
from sync.http.cors import Cors
from sync.http.limits import Limits

log = logging.getLogger("server.app")

MAX_BODY_BYTES = 64 * 1024
HOUSEKEEPING_S = 600.0
"""How often what is used up is forgotten and teams' documents brought up to date, in seconds."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Where time comes from: aware UTC instants, and seconds that no setting moves."""

    now: Callable[[], datetime] = clock.now
    monotonic_s: Callable[[], float] = clock.monotonic_s


def open_store(settings: Settings) -> Store:
    """Open the store, with its tables at this version; make the data directory if it is not there."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(connect(settings.database_url))
    migrate.upgrade(store.engine)
    return store


@asynccontextmanager
async def open_services(settings: Settings, clocks: Clocks | None = None) -> AsyncIterator[Services]:
    """Open the stores and compose the services; close them on leaving.

    Nothing runs by itself yet. Raises ``NoOrganisation`` and ``KeysUnavailable``.
    """
    clocks = clocks or Clocks()
    async with AsyncExitStack() as stack:
        store = await asyncio.to_thread(open_store, settings)
        stack.push_async_callback(asyncio.to_thread, store.close)
        certificate_issuer = await asyncio.to_thread(issuer.of, settings)
        organization, keys = await asyncio.to_thread(organisation.load, store, settings.keys)
        engine = await open_engine(settings, patience_s=PATIENCE_S)
        stack.push_async_callback(engine.aclose)
        forms = published()
        await asyncio.to_thread(published_forms.load, store, keys, forms)
        central = Central(store, engine, keys, clocks.now)
        tokens = AccessTokens(keys, settings.token_seconds)
        authorizer = Authorizer(store, tokens, clocks.now, clocks.monotonic_s)
        people, opinions = PeoplePublication(central, forms), OpinionPublication(central)

        def wake() -> None:
            people.wake()
            opinions.wake()

        yield Services(
            settings=settings,
            organization=organization,
            store=store,
            engine=engine,
            keys=keys,
            forms=forms,
            central=central,
            enrolment=Enrolment(
                central,
                forms,
                tokens,
                authorizer,
                addresses=Addresses(settings.origin, settings.sync_url),
                auto_confirm=settings.auto_confirm,
            ),
            authorizer=authorizer,
            replication=_replication(engine, authorizer, settings, clocks),
            projection=Projection(store, engine, keys, forms, clocks.now, followed_by=wake),
            people=people,
            opinions=opinions,
            certificates=HubCertificates(
                certificate_issuer, settings.sync_host, clocks.now, clocks.monotonic_s
            ),
            form_watch=FormWatch(central, forms),
            rates=Rates.by(clocks.monotonic_s),
            clock=clocks.now,
        )


def _replication(engine: Engine, authorizer: Authorizer, settings: Settings, clocks: Clocks) -> Replication:
    if not isinstance(engine, EmbeddedEngine):
        return sync_mount.Elsewhere(settings.sync_url)
    return create_replication(
        engine,
        authorize=authorizer,
        rule_for=sync_mount.rule_for,
        cors=Cors(settings.foreign_origins),
        prefix=sync_mount.PREFIX,
        now=lambda: clocks.now().timestamp(),
    )


def create_app(settings: Settings, clocks: Clocks | None = None, limits: Limits | None = None) -> Litestar:
    """Return the application; its services live as long as its lifespan. ``limits`` bound slow bodies."""
    return Litestar(
        route_handlers=[
            *api_node.route_handlers,
            *api_enrolment.route_handlers,
            *api_device.route_handlers,
            *api_slots.route_handlers,
            *api_hub.route_handlers,
            *api_remote.route_handlers,
            *api_satisfaction.route_handlers,
            *sync_mount.route_handlers,
            *tablet.route_handlers,
            *web_router.route_handlers,
            *web_remote.route_handlers,
            *web_satisfaction.route_handlers,
        ],
        lifespan=[partial(_run, settings, clocks)],
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=[partial(PatientBodies, limits=limits)],
        before_send=[add_security_headers, add_cross_origin_headers],
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Escale",
            version=str(api_node.API_VERSION),
            path="/api/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        logging_config=None,
    )


@asynccontextmanager
async def _run(settings: Settings, clocks: Clocks | None, app: Litestar) -> AsyncIterator[None]:
    async with open_services(settings, clocks) as services, AsyncExitStack() as stack:
        app.state.services = services
        # A server that was down at midnight ends what is over before it serves anything.
        await keep_house(services)
        for name, work in (
            ("projection", services.projection.run()),
            ("people", services.people.run()),
            ("forms", services.form_watch.run()),
            ("opinions", services.opinions.run()),
            ("housekeeping", _keep_house_forever(services)),
        ):
            stack.push_async_callback(_cancel, _start(name, work))
        log.info("ready", extra={"instance": services.engine.instance, "port": settings.port})
        yield
        services.replication.shutdown()


def _start(name: str, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("task stopped", exc_info=error, extra={"reason": task.get_name()})


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


async def keep_house(services: Services) -> None:
    """Forget what is used up, and follow the calendar: a new quarter's databases, a new day's stops."""
    await services.enrolment.tidy()
    await asyncio.to_thread(_forget_sign_ins, services)
    await publish_all(services.central, services.forms)
    await mend(services.engine, await asyncio.to_thread(databases.expected, services.store))


def _forget_sign_ins(services: Services) -> None:
    with services.store.session() as session:
        sessions.forget_expired(session, services.clock())
        throttle.forget_old(session, services.clock())


async def _keep_house_forever(services: Services) -> None:
    while True:
        await asyncio.sleep(HOUSEKEEPING_S)
        try:
            await keep_house(services)
        except Exception as error:
            log.exception("housekeeping failed, tried again later", extra={"error": type(error).__name__})
