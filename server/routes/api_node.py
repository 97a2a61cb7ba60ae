"""``/api/node`` and ``/health``: which node answers, and whether it is up (wire §6)."""

import asyncio
from datetime import datetime

import msgspec
from litestar import Router, get
from litestar.datastructures import State
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.errors import Unavailable
from server.routes.services import Services
from server.version import software_version
from sync.errors import SyncError

API_VERSION = 1


class NodeAnswer(msgspec.Struct):
    """The node's identity, its software's version, its time, the API's version; what it is, and whose."""

    instance: str
    version: str
    time: datetime
    api: int
    kind: str
    organization: str


class Health(msgspec.Struct):
    """All is well; anything else is a problem."""

    status: str = "ok"


@get("/")
async def node(state: State) -> NodeAnswer:
    """Tell which node answers under this name: tablets start replication anew when it changes."""
    services: Services = state.services
    return NodeAnswer(
        services.engine.instance,
        software_version(),
        services.clock(),
        API_VERSION,
        "central",
        services.organization.id,
    )


@get("/live")
async def live() -> Health:
    """Answer as long as the process can."""
    return Health()


@get("/ready")
async def ready(state: State) -> Health:
    """Answer once the stores, the projection and the forms are up; 503 otherwise, which says what is away."""
    services: Services = state.services
    try:
        await services.engine.databases()
    except SyncError as error:
        raise Unavailable.of("replication-away") from error
    try:
        await asyncio.to_thread(_ask_store, services)
    except SQLAlchemyError as error:
        raise Unavailable.of("unavailable") from error
    if not services.forms or not services.projection.ready:
        raise Unavailable.of("unavailable")
    return Health()


def _ask_store(services: Services) -> None:
    with services.store.session() as session:
        session.connection().execute(text("SELECT 1"))


route_handlers: list[Router] = [
    Router("/api/node", route_handlers=[node], tags=["node"]),
    Router("/health", route_handlers=[live, ready], tags=["health"]),
]
