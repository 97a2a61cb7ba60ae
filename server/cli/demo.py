"""``escale demo year``: an invented year, made through the real path, whose figures are known."""

import argparse
import asyncio
import json
from datetime import date

from sqlmodel import Session, col, select

from forms.communes import Position
from forms.load import published
from server import clock
from server.central import organisation
from server.central.databases import ensure_databases
from server.central.team_keys import TeamKeys
from server.cli.console import BadInput, say
from server.cli.opened import opened
from server.demo import announcement, seed
from server.demo.texts import text
from server.demo.year.plan import Plan, plan
from server.demo.year.play import Player
from server.demo.year.tables import lay, position
from server.demo.year.truth import Truth, truth
from server.engine import open_engine
from server.keys.organisation import OrganisationKeys
from server.projection import collector
from server.projection.follow import Projection
from server.settings import Settings
from server.store.control import Campaign, Stop, Team
from server.store.database import Store
from sync.engine import Engine

EXPECTED = 20
"""Appointments a stop: with walk-ins and absences, some twenty visits."""


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Make the year, print its truth, and write it where asked; return 0."""
    year = options.year if options.year is not None else clock.now().year - 1
    made = plan(options.seed, date(year, 1, 1), options.weeks, options.expected)
    if made.last_day >= clock.local_day(clock.now()):
        raise BadInput(text("year_to_come", last=made.last_day))
    if options.truth is not None and (options.truth.is_dir() or not options.truth.parent.is_dir()):
        raise BadInput(text("year_truth", path=options.truth))
    with opened(configured) as store:
        _refuse_another(store, made)
        demonstration = seed.prepare(configured, store, clock.now)
        collector.settle()
        envelopes = asyncio.run(_played(store, configured, made, options.seed))
    known = true_figures(made)
    if options.truth is not None:
        options.truth.write_text(json.dumps(known.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    say(
        text(
            "year_made",
            seed=options.seed,
            first=made.first_day,
            last=made.last_day,
            stops=known.stops,
            visits=known.visits,
            persons=known.persons,
            envelopes=envelopes,
        )
    )
    for who in demonstration.logins:
        say(text("login", login=who.login, name=who.name, password=announcement.password(who.password)))
    return 0


def true_figures(made: Plan) -> Truth:
    """Return the truth of a plan."""
    stands: dict[str, Position] = {stop.id: position(stop) for stop in made.stops}
    return truth(made, stands.__getitem__)


async def _played(store: Store, configured: Settings, made: Plan, seeded: int) -> int:
    _, keys = organisation.load(store, configured.keys)
    engine = await open_engine(configured)
    try:
        return await play(store, engine, keys, made, seeded)
    finally:
        await engine.aclose()


async def play(store: Store, engine: Engine, keys: OrganisationKeys, made: Plan, seeded: int) -> int:
    """Put a plan through the real path, on the demonstration's team; return how many envelopes there were."""
    with store.session() as session:
        team = session.exec(select(Team).where(Team.title == seed.TEAM)).one().id
        campaign = _campaign(session, made)
        ground = lay(session, made, keys.organisation, campaign, team, clock.now())
        team_key = TeamKeys(keys).ring(session, team).current
    await ensure_databases(store, engine, clock.now().date())
    projection = Projection(store, engine, keys, published(), clock.now)
    player = Player(made, ground, keys, team_key, published(), seeded)
    return await player.play(engine, projection, _progress)


def _campaign(session: Session, made: Plan) -> str:
    campaign = session.exec(select(Campaign).where(Campaign.title == seed.CAMPAIGN)).one()
    campaign.starts_on = min(campaign.starts_on, made.first_day)
    session.add(campaign)
    return campaign.id


def _progress(done: int, stops: int, envelopes: int) -> None:
    say(text("year_progress", done=done, stops=stops, envelopes=envelopes))


def _refuse_another(store: Store, made: Plan) -> None:
    """Raise ``BadInput`` on a real organisation, and when the period was already made."""
    with store.session() as session:
        teams = session.exec(select(Team.title)).all()
        if teams and seed.TEAM not in teams:
            raise BadInput(text("year_real"))
        stops = select(Stop.id).where(col(Stop.day).between(made.first_day, made.last_day)).limit(1)
        if session.exec(stops).first() is not None:
            raise BadInput(text("year_there", first=made.first_day, last=made.last_day))
