"""A year played on a store and an engine of the tests, and its truth."""

from dataclasses import dataclass
from datetime import date

from forms.load import published
from server.central.databases import ensure_databases
from server.central.team_keys import TeamKeys
from server.demo.year.plan import Plan, plan
from server.demo.year.play import Player
from server.demo.year.tables import Ground, lay, position
from server.demo.year.truth import Truth, truth
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.projection.follow import Projection
from server.store.control import Member, Role, TeamMember
from server.store.database import Store
from sync.engine import Engine
from tests.support.organisation import NOON, seed

FIRST_DAY = date(2025, 1, 1)
STAFF = {"doctor": "médecin généraliste", "nurse": "infirmière"}


@dataclass(frozen=True)
class Played:
    """What was played: the plan, its truth, and where."""

    plan: Plan
    truth: Truth
    ground: Ground
    envelopes: int


async def play(
    store: Store, engine: Engine, keys: OrganisationKeys, *, weeks: int, expected: int, number: int = 11
) -> Played:
    """Play a year of some weeks, through the real sealing path and projection."""
    made = plan(number, FIRST_DAY, weeks, expected)
    seeded = seed(store, keys)
    with store.session() as session:
        for role, profession in STAFF.items():
            member = Member(id=new_uuid(), name=f"{role} fictif", profession=profession, role=Role.FIELD)
            session.add(member)
            session.flush()
            session.add(TeamMember(team_id=seeded.team, member_id=member.id))
        ground = lay(session, made, keys.organisation, seeded.campaign, seeded.team, NOON)
        team_key = TeamKeys(keys).ring(session, seeded.team).current
    await ensure_databases(store, engine, NOON.date())
    projection = Projection(store, engine, keys, published(), lambda: NOON)
    player = Player(made, ground, keys, team_key, published(), number)
    envelopes = await player.play(engine, projection, lambda *_: None)
    stands = {stop.id: position(stop) for stop in made.stops}
    return Played(made, truth(made, stands.__getitem__), ground, envelopes)
