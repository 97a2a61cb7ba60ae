"""``escale enrol card``: an enrolment card, drawn in the terminal."""

import argparse

from sqlmodel import Session, col, select

from server import clock
from server.central import organisation
from server.cli.console import BadInput, say
from server.cli.opened import opened
from server.clock import PARIS
from server.demo.texts import text
from server.enrolment import card_image, cards
from server.enrolment.cards import CardOrder
from server.settings import Settings
from server.store.control import DeviceKind, Stop, Team


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Issue a card for a team's newest campaign and show it; return 0."""
    with opened(configured) as store:
        _, keys = organisation.load(store, configured.keys)
        with store.session() as session:
            order = _order(session, options.team, options.label, is_hub=options.hub)
            issued = cards.issue(session, keys, configured.origin, order, clock.now())
    say(text("issued", until=issued.expires_at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")))
    say(issued.link)
    say(card_image.terminal(issued.link))
    return 0


def _order(session: Session, named: str, label: str, *, is_hub: bool) -> CardOrder:
    teams = session.exec(select(Team).order_by(Team.title)).all()
    team = next((team for team in teams if named in {team.id, team.title}), None)
    if team is None:
        titles = ", ".join(known.title for known in teams)
        raise BadInput(text("team_unknown", team=named, teams=titles))
    newest = select(Stop).where(Stop.team_id == team.id).order_by(col(Stop.day).desc())
    stop = session.exec(newest).first()
    if stop is None:
        raise BadInput(text("campaign_unknown", team=named))
    kind = DeviceKind.HUB if is_hub else DeviceKind.TABLET
    return CardOrder(team=team.id, campaign=stop.campaign_id, label=label, kind=kind)
