"""A team's week: what happens, drawn from one seed; then everything heals."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.faults.invariants import faults, identifiers, lies
from tests.faults.node import RECORDS, Node
from tests.faults.outcome import Outcome
from tests.faults.team import Team

DAYS: Final = 5
EVENTS_A_DAY: Final = 14
# Replications that must end without anything new for the team to be at rest.
ROUNDS: Final = 16

# The replicator names a hundred refusals.
MORE_THAN_NAMED: Final = 110

Event = Callable[[Team], Awaitable[None]]


async def play(seed: int, directory: Path, *, lying_disks: bool = False) -> Outcome:
    """Play the schedule of a seed, heal, and judge."""
    team = Team(directory, seed, tablets=1 + seed % 3, has_hub=seed % 5 < 3, lies=lying_disks)
    await team.start()
    try:
        told: list[str] = []
        for day in range(DAYS):
            team.say(f"day {day}")
            await _weather(team)
            for _ in range(EVENTS_A_DAY):
                await team.drawn.choices(EVENTS, WEIGHTS)[0](team)
            told += await lies(team)
        told += await _heal(team)
        told += await faults(team)
    finally:
        await team.stop()
    return Outcome(seed, told, team.trace)


async def _capture(team: Team) -> None:
    tablets = [tablet for tablet in team.tablets if tablet.is_up]
    if tablets:
        await team.capture(team.drawn.choice(tablets), team.drawn.choice((1, 1, 2, 5, 40)))


async def _edit(team: Team) -> None:
    # Not on the hub, which writes nothing of its own and may be replaced.
    nodes = [node for node in (team.central, *team.tablets) if node.is_up]
    if nodes:
        await team.edit(team.drawn.choice(nodes))


async def _replicate(team: Team) -> None:
    parts = team.possible_parts()
    if parts:
        await team.replicate(team.drawn.sample(parts, team.drawn.randint(1, min(5, len(parts)))))


async def _project(team: Team) -> None:
    if team.central.is_up:
        await team.project()


async def _weather(team: Team) -> None:
    team.weather.chance = team.drawn.choice((0.0, 0.03, 0.1, 0.2, 0.35))
    team.weather.largest_bytes = team.drawn.choice((None, None, None, 1000, 3000))
    team.say(f"weather {team.weather.chance} {team.weather.largest_bytes}")


async def _move(team: Team) -> None:
    places = (team.central, team.hub, team.hub, None) if team.has_hub else (team.central, None)
    team.place = team.drawn.choice(places)
    team.hub_has_link = team.drawn.random() < 0.6
    team.say(f"at {team.place.name if team.place else 'nowhere'}, link {team.hub_has_link}")


async def _lose_power(team: Team) -> None:
    await team.cut(_any_up(team))


async def _lose_power_soon(team: Team) -> None:
    node = _any_up(team)
    operations = team.drawn.randint(1, 60)
    team.say(f"{node.name} will lose power in {operations}")
    node.disk.cut_after(operations)


async def _restart(team: Team) -> None:
    for node in team.nodes:
        if not node.is_up:
            cut_after = team.drawn.randint(1, 40) if team.drawn.random() < 0.2 else None
            team.say(f"{node.name} starts: {await node.start(cut_after=cut_after)}")
    await team.notice_cuts()


async def _fill_disk(team: Team) -> None:
    node = _any_up(team)
    node.disk.room_bytes = team.drawn.randrange(200_000)
    team.say(f"{node.name} has {node.disk.room_bytes} bytes left")


async def _empty_disk(team: Team) -> None:
    for node in team.nodes:
        if node.is_up:
            node.disk.room_bytes = None


async def _turn_clock(team: Team) -> None:
    node = team.drawn.choice(team.nodes)
    node.now_s += team.drawn.choice((-86_400, -3_600, 700, 7_200, 86_400))
    team.say(f"{node.name} thinks it is {node.now_s}")


async def _replace_hub(team: Team) -> None:
    if team.has_hub:
        team.say("another hub")
        await team.hub.be_replaced()


async def _refuse(team: Team) -> None:
    """Let the node that tablets reach refuse more than the replicator can name, once a schedule."""
    tablets = [tablet for tablet in team.tablets if tablet.is_up]
    node = team.place
    if node is None or not node.is_up or not tablets or team.has_refused:
        return
    team.has_refused = True
    node.refuses = True
    tablet = team.drawn.choice(tablets)
    team.say(f"{node.name} refuses")
    await team.capture(tablet, MORE_THAN_NAMED)
    if tablet.is_up:
        await team.replicate([f"{tablet.name} push"])


async def _stumble(team: Team) -> None:
    # Tablets are not read from: they push.
    node = team.drawn.choice((team.central, team.hub))
    node.rows_in_error = team.drawn.choice((0.05, 0.5))
    team.say(f"{node.name} fails to read {node.rows_in_error}")


async def _mend(team: Team) -> None:
    for node in team.nodes:
        node.refuses, node.rows_in_error = False, 0.0
    team.say("nobody refuses or stumbles")


async def _copy_central(team: Team) -> None:
    await team.cut(team.central)
    await team.central.be_copied()
    team.notes.at_central_since_copy.clear()
    team.say("central was copied")


async def _restore_central(team: Team) -> None:
    central = team.central
    if not central.has_copy or not central.is_up:
        return
    held = await identifiers(central.store)
    await central.be_restored()
    team.taken_back |= held - await identifiers(central.store)
    await team.notes.take_back([node.store for node in team.nodes if node is not central and node.is_up])
    team.say(f"central restored, without {len(team.taken_back)}")


def _any_up(team: Team) -> Node:
    up = [node for node in team.nodes if node.is_up]
    return team.drawn.choice(up or team.nodes)


EVENTS: Final[tuple[Event, ...]] = (
    _capture,
    _edit,
    _replicate,
    _project,
    _weather,
    _move,
    _lose_power,
    _lose_power_soon,
    _restart,
    _fill_disk,
    _empty_disk,
    _turn_clock,
    _replace_hub,
    _refuse,
    _stumble,
    _mend,
    _copy_central,
    _restore_central,
)
WEIGHTS: Final = (20, 16, 40, 8, 4, 7, 3, 5, 10, 3, 4, 3, 1, 1, 3, 4, 1, 1)


async def _heal(team: Team) -> list[str]:
    """End every fault and replicate until nothing is new; return what does not come to rest."""
    team.say("healing")
    team.weather.chance, team.weather.largest_bytes = 0.0, None
    team.hub_has_link = True
    team.taken_back.clear()
    await _mend(team)
    for node in team.nodes:
        if not node.is_up and not await node.start():
            return [f"{node.name} does not start again"]
        node.disk.room_bytes = None
        node.disk.cut_after(10**9)
    for link in team.links.values():
        await link.settle()
    # By one way only, so that nothing which that way lost arrives by another.
    team.place = team.drawn.choice((team.central, team.hub)) if team.has_hub else team.central
    team.say(f"by {team.place.name}")
    for number in range(ROUNDS):
        await team.project()
        news = sum(
            [
                status.docs_written + status.docs_denied
                for status in await team.replicate(team.possible_parts())
            ]
        )
        if not news and number > 1:
            break
    else:
        return ["the team does not come to rest"]
    team.everywhere = {change.identifier for change in (await team.central.store.changes(RECORDS)).results}
    missing = team.records.keys() - await identifiers(team.central.store)
    return [f"central lacks {len(missing)} acknowledged records"] if missing else []
