"""Fixtures that every package shares. Stores and engines are real; only their place is temporary."""

import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
import pytest
from litestar import Litestar

from server.central.publication import publish_all
from server.keys import directory
from server.keys.organisation import OrganisationKeys, generate
from server.routes.services import Services
from server.settings import Settings
from server.settings import read as read_settings
from server.store import migrate
from server.store.database import Store, connect
from sync.embedded import EmbeddedEngine
from tests.support import couchdb
from tests.support.organisation import NOON, Seeded, seed
from tests.support.postgres import running_postgres
from tests.support.running_server import RunningServer
from tests.support.running_server import running_server as run_server

ORGANISATION = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs an Apache CouchDB where COUCHDB_URL names none."""
    couchdb.leave_out_where_absent(config, items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over to the process that writes the summary."""
    couchdb.tell_the_controller(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over from a process of pytest-xdist that ends."""
    couchdb.told_by(node.config, getattr(node, "workeroutput", {}))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """Say last what did not meet a real CouchDB, so that nobody takes the double for it."""
    yield
    if (line := couchdb.summary(config)) is not None:
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests (``@pytest.mark.anyio``) run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, migrated once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "escale.db"
    engine = connect(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of these tests' own: the beginning of its databases' URLs."""
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """An empty store, migrated once and copied for each test: its URL."""
    _postgres(postgres_server, "CREATE DATABASE template_escale")
    url = postgres_server + "template_escale"
    engine = connect(url)
    migrate.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """An empty SQLite store's URL."""
    shutil.copy(sqlite_template, tmp_path / "escale.db")
    return f"sqlite:///{tmp_path / 'escale.db'}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """An empty PostgreSQL store's URL."""
    template = postgres_template.rpartition("/")[2]
    _postgres(postgres_server, f"CREATE DATABASE escale_test TEMPLATE {template}")
    yield postgres_server + "escale_test"
    _postgres(postgres_server, "DROP DATABASE escale_test WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated store's URL, on each of the two databases in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty, migrated store, on each of the two databases in turn."""
    opened = Store(connect(database_url))
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty, migrated store on SQLite only: for what does not depend on the database."""
    opened = Store(connect(sqlite_url))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def organisation_keys() -> OrganisationKeys:
    """Keys of the tests' organisation, drawn for this run."""
    return generate(ORGANISATION)


@pytest.fixture
def running_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A real server process with the demonstration's data, which confirms tablets and slots by itself."""
    with run_server(tmp_path, ESCALE_AUTO_CONFIRM="1") as running:
        yield running


def _postgres(server: str, statement: str) -> None:
    url = server.replace("+psycopg", "") + "postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """An empty replication engine (asynchronous tests only)."""
    opened = await EmbeddedEngine.open(tmp_path / "sync")
    yield opened
    await opened.aclose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an application whose places are temporary, on each of the two databases in turn."""
    return read_settings(
        {
            "ESCALE_DATA": str(tmp_path / "var"),
            "ESCALE_KEYS": str(tmp_path / "keys"),
            "ESCALE_DATABASE_URL": database_url,
            "ESCALE_PWA": str(tmp_path / "pwa"),
        }
    )


@pytest.fixture
def seeded(settings: Settings, store: Store) -> Seeded:
    """An organisation with one team and one stop on ``DAY``, its keys written where ``settings`` says."""
    return seed(store, directory.create(settings.keys, ORGANISATION))


@pytest.fixture
async def services(settings: Settings, seeded: Seeded) -> AsyncIterator[Services]:
    """The application's services at noon of ``DAY``, documents published, nothing running by itself."""
    from server.app import Clocks, open_services

    async with open_services(settings, Clocks(now=lambda: NOON)) as opened:
        await publish_all(opened.central, opened.forms)
        yield opened


@pytest.fixture
async def app(settings: Settings, seeded: Seeded) -> AsyncIterator[Litestar]:
    """The whole application, running at noon of ``DAY``; its services are in ``app.state.services``."""
    from server.app import Clocks, create_app

    made = create_app(settings, Clocks(now=lambda: NOON))
    async with made.lifespan():
        yield made


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A client of ``app`` on the same event loop, without a network."""
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as opened:
        yield opened
