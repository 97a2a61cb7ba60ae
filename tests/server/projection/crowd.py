"""People of a scene: records that say who came, and what coordinators decide of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from server.central.databases import DECISIONS
from server.identifiers import new_uuid
from server.matching.identity import pair
from server.projection.acts import Attach, Detach, Merge, Separate
from server.projection.examine import StoredDocument
from server.store.people import Proposal, VisitIdentity
from tests.server.projection.scene import Scene
from tests.support.organisation import NOON, SlotKeys
from tests.support.records import SealedRecord, full_answers

ANNE: Mapping[str, str | None] = {
    "birth_name": "LEFEVRE",
    "first_given_name": "ANNE",
    "given_names": None,
    "birth_date": "1950-05-02",
    "sex": "F",
    "birth_place": "42187",
    "used_name": None,
    "phone": "0477000001",
    "commune": "42104",
}
"""Somebody complete; ``came`` changes traits."""


_DISTANCES = {"42104": 0.0, "42015": 7.4}


def answers(**traits: str | None) -> dict[str, Mapping[str, Any]]:
    """A whole consultation of Anne, or of somebody else as ``traits`` say; None leaves a trait out."""
    changed: dict[str, Mapping[str, Any] | None] = {}
    for name, value in {**ANNE, **traits}.items():
        link = "visit__commune" if name == "commune" else f"identity__{name}"
        changed[link] = None if value is None else {"values": [value]}
    for link in ("identity__birth_date", "visit__commune"):
        changed[link] = changed[link] or {"absent": "asked-unknown"}
    # A birth place that is not known is a code; an identity without one is partial.
    changed["identity__birth_place"] = changed["identity__birth_place"] or {"values": ["99999"]}
    distance = _DISTANCES.get({**ANNE, **traits}["commune"] or "")
    changed["visit__distance_km"] = None if distance is None else {"values": [distance]}
    if traits.get("mode") == "partial":
        changed["identity__document"] = {"values": ["none"]}
        changed["identity__status"] = {"values": ["PROV"]}
    if traits.get("sex") == "M":
        changed["history__pregnancy"] = None
    return full_answers(**changed)


class Crowd:
    """What happens to the people of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.decided = 0

    def record(self, slot: SlotKeys | None = None, /, **traits: Any) -> SealedRecord:
        """Write a record of somebody; ``visit``, ``replaces`` and ``restricted`` go to the payload."""
        named = {
            name: traits.pop(name)
            for name in ("visit", "replaces", "restricted", "signed_at")
            if name in traits
        }
        return self.scene.writer.record(slot or self.scene.nurse, answers(**traits), **named)

    def came(self, **traits: Any) -> str:
        """Project a visit of somebody; return the visit."""
        record = self.record(**traits)
        self.scene.project(record)
        assert self.scene.reasons() == {}
        return str(record.payload["visit"])

    def identity(self, visit: str) -> VisitIdentity:
        """Who a visit was of."""
        return next(row for row in self.scene.rows(VisitIdentity) if row.visit_id == visit)

    def one_person(self, *visits: str) -> bool:
        """Whether these visits are one person's."""
        return len({self.identity(visit).person_key for visit in visits}) == 1

    def proposed(self) -> set[frozenset[str]]:
        """The pairs of persons that are proposed."""
        return {frozenset((row.first, row.second)) for row in self.scene.rows(Proposal)}

    def pair_act(self, kind: type[Merge | Separate], first: str, second: str) -> StoredDocument:
        """A decision on the identities of two visits, each later than the one before."""
        self.decided += 1
        subject = "+".join(pair(self.identity(first).identity_key, self.identity(second).identity_key))
        return self.scene.act(
            kind(subject=subject, member=new_uuid(), at=NOON + timedelta(minutes=self.decided))
        )

    def visit_act(self, kind: type[Detach | Attach], visit: str) -> StoredDocument:
        """A decision on one visit."""
        self.decided += 1
        subject = f"{visit}:{self.scene.seeded.team}"
        return self.scene.act(
            kind(subject=subject, member=new_uuid(), at=NOON + timedelta(minutes=self.decided))
        )

    def decide(self, *acts: StoredDocument) -> None:
        """Project acts."""
        self.scene.project_documents(acts, DECISIONS)
