"""The ``escale`` command: serve, enrolment cards, the projection, health.

Exit codes: 0 done; 1 the server is not ready, or the projection differs; 2 bad input, said in one line.
"""

import argparse
import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from types import FrameType

import httpx
import uvicorn
from litestar import Litestar
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from forms.load import published
from server import clock, log, settings
from server.app import create_app, open_store
from server.central import organisation
from server.central.errors import NoOrganisation
from server.demo.announcement import announce
from server.demo.seed import prepare
from server.demo.texts import text
from server.enrolment import card_image, cards
from server.enrolment.cards import CardOrder, IssuedCard
from server.keys.errors import CannotOpen, KeysUnavailable
from server.projection.rebuild import Rebuilt, rebuild
from server.settings import Settings, SettingsError
from server.store.control import Stop, Team
from sync.embedded import EmbeddedEngine
from sync.errors import StorageError

GRACEFUL_SHUTDOWN_S = 2


class BadInput(Exception):
    """Something a person can mend; the message is one line in French."""


class Server(uvicorn.Server):
    """uvicorn, which says when it is up, and lets go of every waiting tablet once told to stop."""

    def __init__(self, config: uvicorn.Config, app: Litestar, announce_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._announce_ready = announce_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._loop = asyncio.get_running_loop()
            self._announce_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal: feeds first, since uvicorn waits for its connections before anything else."""
        super().handle_exit(sig, frame)
        if self.started:
            self._loop.call_soon_threadsafe(self._app.state.services.replication.shutdown)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    log.configure(logging.INFO)
    for talkative in ("alembic", "uvicorn", "httpx"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    options = _parser().parse_args(arguments)
    try:
        configured = settings.read(os.environ)
    except SettingsError as error:
        return _refuse(str(error))
    return _run(options, configured)


def _run(options: argparse.Namespace, configured: Settings) -> int:
    try:
        code: int = options.run(options, configured)
    except BadInput as error:
        return _refuse(str(error))
    except KeysUnavailable as error:
        return _refuse(text("keys", path=error.path))
    except CannotOpen:
        return _refuse(text("keys", path=configured.keys))
    except NoOrganisation:
        return _refuse(text("no_organisation", data=configured.data))
    except SQLAlchemyError as error:
        return _refuse(text("store", reason=type(error).__name__))
    except StorageError as error:
        return _refuse(text("engine", reason=error.reason))
    return code


def _serve(options: argparse.Namespace, configured: Settings) -> int:
    if configured.auto_confirm and not options.demo:
        raise BadInput(text("auto_confirm"))
    announce_ready = _demonstration(configured) if options.demo else _checked(configured)
    listening = _listen(configured)
    app = create_app(configured)
    config = uvicorn.Config(
        app,
        access_log=False,  # Addresses carry identifiers; what happens is logged by its own name.
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )
    server = Server(config, app, announce_ready)
    # uvicorn raises the signal again once all is closed: Ctrl-C is a way to end, not an accident.
    with listening, suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    return 0 if server.started else 1


def _demonstration(configured: Settings) -> Callable[[], None]:
    store = open_store(configured)
    try:
        demonstration = prepare(configured, store, clock.now)
    finally:
        store.close()
    return lambda: announce(configured, demonstration)


def _checked(configured: Settings) -> Callable[[], None]:
    store = open_store(configured)
    try:
        organisation.load(store, configured.keys)
    finally:
        store.close()
    return lambda: print(text("serving", address=configured.origin), flush=True)


def _listen(configured: Settings) -> socket.socket:
    """Take the port before anything starts, so that a taken one is said in one line."""
    try:
        return socket.create_server((configured.host, configured.port), backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise BadInput(
            text("port_taken", port=configured.port, host=configured.host, reason=reason)
        ) from error


def _card(options: argparse.Namespace, configured: Settings) -> int:
    store = open_store(configured)
    try:
        _, keys = organisation.load(store, configured.keys)
        with store.session() as session:
            teams = session.exec(select(Team).order_by(Team.title)).all()
            team = next((team for team in teams if options.team in {team.id, team.title}), None)
            if team is None:
                titles = ", ".join(known.title for known in teams)
                raise BadInput(text("team_unknown", team=options.team, teams=titles))
            newest = select(Stop).where(Stop.team_id == team.id).order_by(col(Stop.day).desc())
            stop = session.exec(newest).first()
            if stop is None:
                raise BadInput(text("campaign_unknown", team=options.team))
            order = CardOrder(team=team.id, campaign=stop.campaign_id, label=options.label)
            issued = cards.issue(session, keys, configured.origin, order, clock.now())
    finally:
        store.close()
    _print_card(issued)
    return 0


def _print_card(issued: IssuedCard) -> None:
    print(text("issued", until=_local(issued.expires_at)))
    print(issued.link)
    print(card_image.terminal(issued.link))


def _rebuild(options: argparse.Namespace, configured: Settings) -> int:
    rebuilt = asyncio.run(_rebuilt(configured, check=options.check))
    found = {
        "records": rebuilt.records,
        "quarantined": rebuilt.quarantined,
        "differences": sum(rebuilt.differences.values()),
        "tables": ", ".join(sorted(rebuilt.differences)),
    }
    if not options.check:
        print(text("rebuilt", **found))
        return 0
    print(text("checked_same" if rebuilt.same else "checked_different", **found))
    return 0 if rebuilt.same else 1


async def _rebuilt(configured: Settings, *, check: bool) -> Rebuilt:
    store = open_store(configured)
    try:
        _, keys = organisation.load(store, configured.keys)
        engine = await EmbeddedEngine.open(configured.sync_store)
        try:
            return await rebuild(store, engine, keys, published(), clock.now, check=check)
        finally:
            await engine.aclose()
    finally:
        store.close()


def _health(_options: argparse.Namespace, configured: Settings) -> int:
    try:
        answer = httpx.get(f"http://{configured.host}:{configured.port}/health/ready", timeout=5)
        reason = str(answer.status_code)
    except httpx.HTTPError as error:
        answer, reason = None, type(error).__name__
    if answer is None or not answer.is_success:
        print(text("unhealthy", reason=reason), file=sys.stderr)
        return 1
    print(text("healthy"))
    return 0


def _refuse(reason: str) -> int:
    print(text("error", reason=reason), file=sys.stderr)
    return 2


def _local(instant: datetime) -> str:
    return instant.astimezone().strftime("%d/%m/%Y %H:%M")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="escale", description="Escale, le serveur central.")
    commands = parser.add_subparsers(required=True, metavar="commande")
    serve = commands.add_parser("serve", help="sert les tablettes et la coordination")
    serve.add_argument("--demo", action="store_true", help="avec une organisation fictive")
    serve.set_defaults(run=_serve)
    projection = commands.add_parser("projection", help="le modèle de lecture")
    rebuild_command = projection.add_subparsers(required=True, metavar="action").add_parser(
        "rebuild", help="le refait depuis zéro, serveur arrêté"
    )
    rebuild_command.add_argument("--check", action="store_true", help="compare seulement")
    rebuild_command.set_defaults(run=_rebuild)
    enrol = commands.add_parser("enrol", help="l’enrôlement des tablettes")
    card = enrol.add_subparsers(required=True, metavar="action").add_parser("card", help="crée une carte")
    card.add_argument("--team", required=True, help="titre ou identifiant de l’équipe")
    card.add_argument("--label", required=True, help="nom de la tablette")
    card.set_defaults(run=_card)
    health = commands.add_parser("health", help="demande au serveur s’il est prêt")
    health.set_defaults(run=_health)
    return parser
