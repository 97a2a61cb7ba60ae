"""The application over a real engine, and its callers."""

from collections.abc import AsyncIterator

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import ReplicationApplication
from tests.sync.http.callers import Callers, application_for, client_of


@pytest.fixture
def callers() -> Callers:
    return Callers()


@pytest.fixture
def application(engine: EmbeddedEngine, callers: Callers) -> ReplicationApplication:
    return application_for(engine, callers)


@pytest.fixture
async def central(application: ReplicationApplication) -> AsyncIterator[httpx.AsyncClient]:
    """A server administrator, bound by no rule."""
    async with client_of(application, "central") as client:
        yield client


@pytest.fixture
async def replicator(application: ReplicationApplication) -> AsyncIterator[httpx.AsyncClient]:
    """A member of the database, bound by no rule."""
    async with client_of(application, "replicator") as client:
        yield client


@pytest.fixture
async def tablet(application: ReplicationApplication) -> AsyncIterator[httpx.AsyncClient]:
    """A member of the database, bound by the rule of envelopes."""
    async with client_of(application, "tablet") as client:
        yield client
