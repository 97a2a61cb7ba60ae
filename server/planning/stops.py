"""Stops: made, changed, cancelled, copied to other days; their team on duty and their appointment slots.

Each function changes tables only, inside the caller's transaction; the caller publishes the team's documents.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256

from sqlmodel import Session, col, delete, select, update

from forms.communes import Commune, CommuneTable
from server.errors import NotFound
from server.identifiers import new_uuid
from server.planning import typed
from server.planning.appointment_slots import MAX_SLOTS, SlotPlan, minutes_of, pauses, planned
from server.planning.faults import Fault, Fields, Rejected
from server.planning.themes import THEMES
from server.planning.typed import Unreadable
from server.store.control import Campaign, Member, Role, RosterEntry, Stop, TeamMember
from server.store.notices import Notice
from server.store.planning import StopMember, StopSlot
from server.store.read import Record

MAX_COPIES = 60
_LATITUDES, _LONGITUDES = 90.0, 180.0


class Outrun(Exception):
    """Somebody else changed a stop since its form was shown; nothing was changed."""


@dataclass(frozen=True, slots=True)
class StopOrder:
    """What a coordinator asks for. ``slots``: None keeps them as they are; ``theme``: a code, or None."""

    name: str
    commune: str
    latitude: float
    longitude: float
    day: date
    opens: time
    closes: time
    campaign: str
    team: str
    on_duty: tuple[str, ...]
    slots: SlotPlan | None
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class StopForm:
    """What a stop's form is read against; ``team`` is set once the stop is made: it does not change teams."""

    today: date
    communes: CommuneTable
    teams: Mapping[str, str]
    campaigns: Mapping[str, Campaign]
    team: str | None = None


def order(session: Session, sent: Mapping[str, str], on_duty: Collection[str], form: StopForm) -> StopOrder:
    """Read a stop's form; raise ``Rejected`` with everything that is wrong."""
    fields = Fields(sent, form.today)
    name, day = fields.text("name"), fields.day("day")
    opens, closes = fields.hour("opens"), fields.hour("closes")
    if opens >= closes and not fields.faults:
        fields.fail("closes", "closes-before")
    campaign = fields.choice("campaign", form.campaigns.keys())
    period = form.campaigns.get(campaign)
    if period is not None and not period.starts_on <= day <= period.ends_on and day != date.min:
        fields.fail("day", "outside-campaign")
    team = form.team or fields.choice("team", form.teams.keys())
    commune = _commune(fields, form.communes)
    latitude, longitude = _position(fields, commune)
    if not {member.id for member in members_of(session, team)}.issuperset(on_duty):
        fields.fail("on_duty", "choice")
    slots = _slots(fields)
    theme = fields.choice("theme", THEMES) if fields.has("theme") else None
    fields.require()
    return StopOrder(
        name=name,
        commune=commune.code if commune else "",
        latitude=latitude,
        longitude=longitude,
        day=day,
        opens=opens,
        closes=closes,
        campaign=campaign,
        team=team,
        on_duty=tuple(sorted(set(on_duty))),
        slots=slots,
        theme=theme,
    )


def members_of(session: Session, team: str) -> list[Member]:
    """Return who may be on duty: the team's field members who are not disabled, by name."""
    found = session.exec(
        select(Member)
        .join(TeamMember, col(TeamMember.member_id) == col(Member.id))
        .where(TeamMember.team_id == team, Member.role == Role.FIELD, col(Member.disabled).is_(False))
        .order_by(col(Member.name), col(Member.id))
    )
    return list(found.all())


def _commune(fields: Fields, communes: CommuneTable) -> Commune | None:
    """Return the commune that was chosen by code, else the only one of the name that was typed."""
    chosen = communes.by_code.get(fields.raw("insee"))
    if chosen is not None:
        return chosen
    if not fields.has("commune"):
        fields.fail("commune", "missing")
        return None
    read = typed.commune(fields.raw("commune"), communes)
    if read.value is None:
        fields.fail("commune", read.note.value if read.note else "missing")
        return None
    return communes.by_code[read.value]


def _position(fields: Fields, commune: Commune | None) -> tuple[float, float]:
    """Return the position that was typed, else the commune's centre."""
    if fields.has("latitude") or fields.has("longitude"):
        return _degrees(fields, "latitude", _LATITUDES), _degrees(fields, "longitude", _LONGITUDES)
    if commune is None:
        return 0.0, 0.0
    if commune.centre is None:
        fields.fail("latitude", "no-centre")
        return 0.0, 0.0
    return commune.centre.latitude, commune.centre.longitude


def _degrees(fields: Fields, field: str, limit: float) -> float:
    text = fields.raw(field).replace(",", ".")
    try:
        degrees = float(text) if len(text) < 20 else limit + 1
    except ValueError:
        degrees = limit + 1
    if not abs(degrees) <= limit:
        fields.fail(field, "position")
    return degrees


def _slots(fields: Fields) -> SlotPlan | None:
    """Return how slots are to be made, None when they are not asked for."""
    if not fields.has("with_slots"):
        return None
    minutes = fields.number("minutes", 5, 240)
    emergencies = fields.number("emergencies", 0, MAX_SLOTS)
    try:
        return SlotPlan(minutes, pauses(fields.raw("pauses")), emergencies)
    except Unreadable:
        fields.fail("pauses", "pauses")
        return None


def create(session: Session, asked: StopOrder) -> Stop:
    """Make a stop with its slots; raise ``Rejected`` when the team is already there at that hour."""
    _require_alone(session, asked)
    stop = Stop(
        id=new_uuid(),
        campaign_id=asked.campaign,
        team_id=asked.team,
        name=asked.name,
        commune=asked.commune,
        latitude=asked.latitude,
        longitude=asked.longitude,
        day=asked.day,
        opens=asked.opens,
        closes=asked.closes,
        theme=asked.theme,
    )
    session.add(stop)
    session.flush()
    _put_on_duty(session, stop.id, asked.on_duty)
    if asked.slots is not None:
        _make_slots(session, stop, asked.slots)
    return stop


def edit(session: Session, stop: Stop, asked: StopOrder, after: str | None = None) -> None:
    """Change a stop; new slots go around those that are taken, which stay.

    ``after``: the state that the form was made upon; raises ``Outrun`` when the stop has another by now.
    Raises ``Rejected`` for another day or campaign once anything was signed there: what was signed names the
    campaign, and the day of the stop is that of all its visits.
    """
    # Of two coordinators who save at once, the second waits here and then sees what the first saved.
    session.exec(update(Stop).where(col(Stop.id) == stop.id).values(cancelled=col(Stop.cancelled)))
    session.refresh(stop)
    if after is not None and state_of(session, stop) != after:
        raise Outrun
    _require_alone(session, asked, but=stop.id)
    _require_unsigned(session, stop, asked)
    stop.name, stop.commune, stop.campaign_id = asked.name, asked.commune, asked.campaign
    stop.latitude, stop.longitude = asked.latitude, asked.longitude
    stop.day, stop.opens, stop.closes, stop.theme = asked.day, asked.opens, asked.closes, asked.theme
    session.add(stop)
    _put_on_duty(session, stop.id, asked.on_duty)
    if asked.slots is not None:
        _make_slots(session, stop, asked.slots)


def cancel(session: Session, stop: Stop, *, cancelled: bool) -> None:
    """Cancel a stop or take that back; its appointments stay as they are.

    Raises ``Rejected`` once anything was signed there: figures count what happened at a stop that took place.
    """
    if cancelled and is_signed(session, stop.id):
        raise Rejected(Fault("cancel", "stop-took-place"))
    stop.cancelled = cancelled
    session.add(stop)


def is_signed(session: Session, stop: str) -> bool:
    """Say whether a record or a notice of a stop has arrived."""
    found = (
        session.exec(select(model.digest).where(model.stop_id == stop).limit(1)).first()
        for model in (Record, Notice)
    )
    return any(digest is not None for digest in found)


def state_of(session: Session, stop: Stop) -> str:
    """Return what a stop's form changes as one short text: another once somebody else changed any of it."""
    kept = [
        stop.name,
        stop.commune,
        repr(stop.latitude),
        repr(stop.longitude),
        stop.campaign_id,
        stop.theme or "",
    ]
    kept += [str(stop.day), str(stop.opens), str(stop.closes), *sorted(on_duty(session, stop.id))]
    kept += [f"{slot.starts} {slot.minutes} {slot.emergency}" for slot in slots_of(session, stop.id)]
    return sha256("\0".join(kept).encode()).hexdigest()[:16]


def copy(session: Session, stop: Stop, days: Sequence[date]) -> list[Stop]:
    """Make the same stop on other days, without its appointments; raise ``Rejected`` for a day it has."""
    made = []
    for day in sorted(set(days)):
        asked = StopOrder(
            name=stop.name,
            commune=stop.commune,
            latitude=stop.latitude,
            longitude=stop.longitude,
            day=day,
            opens=stop.opens,
            closes=stop.closes,
            campaign=stop.campaign_id,
            team=stop.team_id,
            on_duty=tuple(on_duty(session, stop.id)),
            slots=None,
            theme=stop.theme,
        )
        copied = create(session, asked)
        for slot in slots_of(session, stop.id):
            session.add(
                StopSlot(
                    id=new_uuid(),
                    stop_id=copied.id,
                    starts=slot.starts,
                    minutes=slot.minutes,
                    emergency=slot.emergency,
                )
            )
        made.append(copied)
    return made


def copy_days(session: Session, sent: Mapping[str, str], stop: Stop, today: date) -> list[date]:
    """Read the days of a copy: listed with commas; raise ``Rejected``."""
    fields = Fields(sent, today)
    days = []
    for number, part in enumerate(fields.raw("days").replace(";", ",").split(",")):
        if part.strip():
            try:
                days.append(typed.day(part, today=today).value)
            except Unreadable as error:
                fields.fail("days", error.why.value)
        elif number == 0:
            fields.fail("days", "missing")
    campaign = session.get_one(Campaign, stop.campaign_id)
    if any(not campaign.starts_on <= day <= campaign.ends_on for day in days):
        fields.fail("days", "outside-campaign")
    if len(days) > MAX_COPIES:
        fields.fail("days", "too-many")
    fields.require()
    return days


def find(session: Session, stop: str, teams: Collection[str]) -> Stop:
    """Return a stop of these teams; raise ``not-found``."""
    found = session.get(Stop, stop)
    if found is None or found.team_id not in teams:
        raise NotFound.of("not-found")
    return found


def on_duty(session: Session, stop: str) -> list[str]:
    """Return the members on duty at a stop."""
    return list(session.exec(select(StopMember.member_id).where(StopMember.stop_id == stop)).all())


def slots_of(session: Session, stop: str) -> list[StopSlot]:
    """Return a stop's appointment slots, by hour."""
    found = session.exec(
        select(StopSlot).where(StopSlot.stop_id == stop).order_by(col(StopSlot.starts), col(StopSlot.id))
    )
    return list(found.all())


def _require_alone(session: Session, asked: StopOrder, but: str | None = None) -> None:
    """Refuse what is most often a double click, or a copy made twice."""
    same = select(Stop).where(
        Stop.team_id == asked.team,
        Stop.day == asked.day,
        Stop.opens == asked.opens,
        Stop.commune == asked.commune,
        Stop.name == asked.name,
        col(Stop.cancelled).is_(False),
    )
    if any(found.id != but for found in session.exec(same).all()):
        raise Rejected(Fault("day", "stop-there-already"))


def _require_unsigned(session: Session, stop: Stop, asked: StopOrder) -> None:
    changed = [
        field
        for field, differs in (
            ("day", asked.day != stop.day),
            ("campaign", asked.campaign != stop.campaign_id),
        )
        if differs
    ]
    if changed and is_signed(session, stop.id):
        raise Rejected(*(Fault(field, "signed-there") for field in changed))


def _put_on_duty(session: Session, stop: str, members: Collection[str]) -> None:
    session.exec(delete(StopMember).where(col(StopMember.stop_id) == stop))
    session.add_all([StopMember(stop_id=stop, member_id=member) for member in members])


def _make_slots(session: Session, stop: Stop, plan: SlotPlan) -> None:
    taken = {
        slot
        for slot in session.exec(
            select(RosterEntry.slot_id).where(
                RosterEntry.stop_id == stop.id, col(RosterEntry.cancelled).is_(False)
            )
        ).all()
        if slot is not None
    }
    kept = []
    for slot in slots_of(session, stop.id):
        if slot.id in taken:
            kept.append((minutes_of(slot.starts), minutes_of(slot.starts) + slot.minutes))
        else:
            session.delete(slot)
    for made in planned(stop.opens, stop.closes, plan):
        start = minutes_of(made.starts)
        if all(start >= end or start + plan.minutes <= begin for begin, end in kept):
            session.add(
                StopSlot(
                    id=new_uuid(),
                    stop_id=stop.id,
                    starts=made.starts,
                    minutes=plan.minutes,
                    emergency=made.emergency,
                )
            )
