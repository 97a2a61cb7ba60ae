"""Settings that coordinators change: one closed list, each with its bounds and what it is without them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from server.planning.appointment_slots import MAX_SLOTS
from server.planning.faults import Fields
from server.store.control import Organization
from server.store.planning import Setting


@dataclass(frozen=True, slots=True)
class PlanningSettings:
    """What new stops are proposed with, and the number printed on what is handed over (empty: none)."""

    slot_minutes: int = 20
    emergency_slots: int = 1
    coordination_phone: str = ""


def read(session: Session) -> PlanningSettings:
    """Return the settings as they are."""
    stored = session.get(Setting, "planning")
    return PlanningSettings(**json.loads(stored.value)) if stored is not None else PlanningSettings()


def order(sent: Mapping[str, str], today: date) -> tuple[str, PlanningSettings]:
    """Read the settings' form: the organisation's title and the rest; raise ``Rejected``."""
    fields = Fields(sent, today)
    title = fields.text("organisation")
    asked = PlanningSettings(
        fields.number("slot_minutes", 5, 240),
        fields.number("emergency_slots", 0, MAX_SLOTS),
        fields.text("coordination_phone", longest=30, needed=False),
    )
    fields.require()
    return title, asked


def write(session: Session, organisation: str, title: str, asked: PlanningSettings) -> None:
    """Keep the settings."""
    named = session.get_one(Organization, organisation)
    named.title = title
    session.add(named)
    value = json.dumps(
        {
            "slot_minutes": asked.slot_minutes,
            "emergency_slots": asked.emergency_slots,
            "coordination_phone": asked.coordination_phone,
        }
    )
    session.merge(Setting(key="planning", value=value))
