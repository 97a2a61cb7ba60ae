"""A plan put through the real path: signed, sealed, written to the replication store, projected."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import OctKey

from forms.definition import Form
from server.clock import PARIS
from server.demo.year.answers import hands, mistaken
from server.demo.year.plan import Appointment, Plan, PlannedStop, PlannedVisit, Unseen
from server.demo.year.records import Place, Sealed, Signer, Tablet
from server.demo.year.tables import Ground, position
from server.keys.organisation import OrganisationKeys
from server.keys.public import import_public
from server.projection.follow import Projection
from sync.document import IncomingDocument
from sync.engine import Engine

FORM_URL = "https://escale.example/fhir/Questionnaire/medicobus-consultation"
_STOPS_A_SWEEP = 8
_FIRST_HAND, _BETWEEN_HANDS, _MENDED = timedelta(minutes=2), timedelta(minutes=3), timedelta(minutes=9)

Progress = Callable[[int, int, int], None]
"""Told the stops done, the stops in all, the envelopes written so far."""


class Player:
    """Plays a plan on its ground. ``seed`` only chooses how things are said, not what is said."""

    def __init__(
        self,
        plan: Plan,
        ground: Ground,
        keys: OrganisationKeys,
        team_key: OctKey,
        forms: Mapping[tuple[str, str], Form],
        seed: int,
    ) -> None:
        organisation_key = import_public(keys.encryption_key)
        self._plan = plan
        self._ground = ground
        self._tablets = {role: Tablet(team_key, organisation_key) for role in ground.signers}
        self._forms = {version: form for (url, version), form in forms.items() if url == FORM_URL}
        self._vanished = {visit.id for visit in plan.vanished}
        self._drawn = random.Random(seed)  # noqa: S311 - invented

    async def play(self, engine: Engine, projection: Projection, progress: Progress) -> int:
        """Write and project every stop; return how many envelopes there were."""
        written = 0
        dirty: set[str] = set()
        by_stop = _by_stop(self._plan)
        for done, stop in enumerate(self._plan.stops, start=1):
            sealed = list(self._stop(stop, by_stop[stop.id]))
            documents = [IncomingDocument.from_json(each.envelope.document) for each in sealed]
            database = self._ground.databases[stop.id]
            await engine.write(database, documents, new_edits=False)
            written += len(documents)
            dirty.add(database)
            if done % _STOPS_A_SWEEP == 0 or done == len(self._plan.stops):
                await projection.sweep(dirty)
                dirty.clear()
                progress(done, len(self._plan.stops), written)
        return written

    def _stop(self, stop: PlannedStop, events: list[PlannedVisit | Appointment | Unseen]) -> Iterator[Sealed]:
        place = Place(self._ground.organization, self._ground.campaign, self._ground.team, stop.id, stop.name)
        opens = datetime.combine(stop.day, stop.opens, PARIS)
        for event in events:
            if isinstance(event, PlannedVisit):
                yield from self._visit(event, place, opens + timedelta(minutes=event.minute))
            elif isinstance(event, Appointment):
                at = datetime.combine(stop.day, event.at, PARIS)
                yield from self._attendance(place, event.id, event.said, at, walk_in=False)
            else:
                yield from self._attendance(place, event.id, (event.status,), opens, walk_in=True)

    def _attendance(
        self, place: Place, visit: str, statuses: tuple[str, ...], at: datetime, *, walk_in: bool
    ) -> Iterator[Sealed]:
        for step, status in enumerate(statuses):
            then = at + step * timedelta(minutes=10)
            yield self._notice(
                "nurse",
                place,
                "attendance",
                then,
                visit=visit,
                status=status,
                at=then.isoformat(timespec="milliseconds"),
                walk_in=walk_in,
                reason=None,
                person=None,
            )

    def _visit(self, visit: PlannedVisit, place: Place, at: datetime) -> Iterator[Sealed]:
        stands = position(visit.stop)
        written = hands(visit, stands, self._drawn)
        mishap = visit.mishap
        kept: list[Sealed] = []
        for index, hand in enumerate(written):
            then, replaces = at + _FIRST_HAND + index * _BETWEEN_HANDS, None
            if index == len(written) - 1 and (mishap.corrected or mishap.wrong_visit):
                wrong = mistaken(visit, hand, stands) if mishap.corrected else hand.answers
                former = self._record(
                    hand.role, place, hand.version, wrong, mishap.wrong_visit or visit.id, then, visit
                )
                yield former
                replaces = {"record": former.envelope.identifier, "reason": "Erreur de saisie"}
                then += _MENDED
            kept.append(
                self._record(hand.role, place, hand.version, hand.answers, visit.id, then, visit, replaces)
            )
            yield kept[-1]
        if mishap.spurious:
            answers = mistaken(visit, written[-1], stands)
            extra = self._record(
                written[-1].role, place, written[-1].version, answers, visit.id, at + 2 * _MENDED, visit
            )
            yield extra
            yield self._in_error(place, visit, extra, at + 3 * _MENDED)
        yield from self._afterwards(visit, place, kept, at + 3 * _MENDED)

    def _afterwards(
        self, visit: PlannedVisit, place: Place, kept: list[Sealed], at: datetime
    ) -> Iterator[Sealed]:
        if visit.id in self._vanished:
            for sealed in kept:
                yield self._in_error(place, visit, sealed, at)
        elif visit.walk_in and self._drawn.random() < 0.7:
            yield from self._attendance(place, visit.id, ("done",), at, walk_in=True)
        if visit.cosigned:
            signed = [{"envelope": kept[0].envelope.identifier, "record": kept[0].digest}]
            yield self._notice("doctor", place, "cosignature", at, records=signed)

    def _record(
        self,
        role: str,
        place: Place,
        version: str,
        answers: dict[str, dict[str, Any]],
        visit_id: str,
        at: datetime,
        visit: PlannedVisit,
        replaces: dict[str, str] | None = None,
    ) -> Sealed:
        return self._tablets[role].record(
            self._signer(role),
            place,
            self._forms[version],
            answers,
            visit=visit_id,
            at=at,
            replaces=replaces,
            restricted=visit.restricted,
        )

    def _notice(self, role: str, place: Place, kind: str, signed_at: datetime, /, **members: Any) -> Sealed:
        return self._tablets[role].notice(self._signer(role), place, kind, signed_at, **members)

    def _in_error(self, place: Place, visit: PlannedVisit, sealed: Sealed, at: datetime) -> Sealed:
        return self._notice(
            "doctor",
            place,
            "entered_in_error",
            at,
            visit=visit.id,
            record=sealed.envelope.identifier,
            reason="Saisie par erreur",
        )

    def _signer(self, role: str) -> Signer:
        return self._ground.signers[role]


def _by_stop(plan: Plan) -> Mapping[str, list[PlannedVisit | Appointment | Unseen]]:
    found: dict[str, list[PlannedVisit | Appointment | Unseen]] = defaultdict(list)
    everything: list[PlannedVisit | Appointment | Unseen] = [*plan.appointments, *plan.unseen]
    for each in [*everything, *plan.visits, *plan.vanished]:
        found[each.stop.id].append(each)
    return found
