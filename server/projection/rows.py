"""Rows of envelopes just examined: what one envelope says by itself, before the set is looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.envelope.notice import AttendanceNotice, ManifestNotice, Notice, PhotoNotice
from server.envelope.payload import Payload
from server.projection import answers, notice_rows
from server.projection.check import Content
from server.projection.errors import Refused
from server.projection.examine import Examined
from server.projection.figure_items import PART, STATION
from server.projection.findings import static_findings
from server.projection.reasons import REASONS
from server.projection.statements import insert_rows, table
from server.store.read import ChainLink, EnvelopeSeen, Finding, Quarantined, Record, RecordState

SEALED_TO_A_SLOT = 0
"""Epoch of a restricted record: no team key's."""


@dataclass(slots=True)
class Touched:
    """What the rows just written may change in the rest of the read model; ``notices`` by digest."""

    envelopes: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)
    notices: dict[str, Notice] = field(default_factory=dict)
    acts: set[tuple[str, str]] = field(default_factory=set)

    @property
    def visits(self) -> set[tuple[str, str]]:
        """Visit and team of what the notices are about."""
        visits = ((notice_rows.visit_of(notice), notice.team) for notice in self.notices.values())
        return {(visit, team) for visit, team in visits if visit is not None}

    @property
    def attendances(self) -> set[tuple[str, str]]:
        """Visit and team of the attendance told."""
        return {
            (notice.visit, notice.team)
            for notice in self.notices.values()
            if isinstance(notice, AttendanceNotice)
        }

    @property
    def photos(self) -> set[tuple[str, str]]:
        """Photo and team of the pieces."""
        return {
            (notice.photo, notice.team) for notice in self.notices.values() if isinstance(notice, PhotoNotice)
        }

    @property
    def photo_answers(self) -> set[tuple[str, str]]:
        """Items and the photos that answer them."""
        return {
            (notice.link_id, notice.photo)
            for notice in self.notices.values()
            if isinstance(notice, PhotoNotice)
        }

    @property
    def manifests(self) -> set[str]:
        """Digests of the manifests."""
        return {digest for digest, notice in self.notices.items() if isinstance(notice, ManifestNotice)}


def write(session: Session, examined: Iterable[Examined]) -> Touched:
    """Write what each envelope says; one already accepted is left, one quarantined is written anew."""
    by_id = {envelope.envelope_id: envelope for envelope in examined}
    if not by_id:
        return Touched()
    database = next(iter(by_id.values())).database
    for accepted in session.exec(
        select(EnvelopeSeen.envelope_id).where(
            EnvelopeSeen.database == database, col(EnvelopeSeen.envelope_id).in_(by_id), EnvelopeSeen.accepted
        )
    ).all():
        del by_id[accepted]
    _forget(session, database, list(by_id))
    envelopes = list(by_id.values())
    insert_rows(session, EnvelopeSeen, [_seen_row(envelope) for envelope in envelopes])
    insert_rows(
        session,
        Quarantined,
        [_quarantined_row(envelope, envelope.refusal) for envelope in envelopes if envelope.refusal],
    )
    signed = [envelope for envelope in envelopes if envelope.digest]
    _write_links(session, signed)
    _write_records(session, [envelope for envelope in signed if envelope.content])
    notices = notice_rows.write(session, [envelope for envelope in signed if envelope.accepted])
    return Touched(
        envelopes=set(by_id),
        digests={envelope.digest for envelope in signed if envelope.digest},
        devices={envelope.payload.device for envelope in signed if envelope.payload},
        notices=notices,
    )


def _forget(session: Session, database: str, envelope_ids: Sequence[str]) -> None:
    for model in (EnvelopeSeen, Quarantined):
        columns = table(model).c
        session.connection().execute(
            delete(table(model)).where(columns.database == database, columns.envelope_id.in_(envelope_ids))
        )


def _seen_row(envelope: Examined) -> dict[str, Any]:
    return {
        "database": envelope.database,
        "envelope_id": envelope.envelope_id,
        "record_digest": envelope.digest,
        "epoch": envelope.opened.epoch if envelope.opened else None,
        "accepted": envelope.accepted,
        "first_seen_at": envelope.seen_at,
    }


def _quarantined_row(envelope: Examined, refusal: Refused) -> dict[str, Any]:
    payload = envelope.payload
    turn = REASONS[refusal.code].turn
    return {
        "database": envelope.database,
        "envelope_id": envelope.envelope_id,
        "reason": refusal.code,
        "turn": turn or "",
        "details": refusal.details,
        "record_digest": envelope.digest,
        "team_id": payload.team if payload else None,
        "stop_id": payload.stop if payload else None,
        "device_id": payload.device if payload else None,
        "sequence": payload.sequence if payload else None,
        "replaced": False,
        "first_seen_at": envelope.seen_at,
    }


def _write_links(session: Session, signed: Sequence[Examined]) -> None:
    rows = {
        envelope.digest: {
            "digest": envelope.digest,
            "device_id": envelope.payload.device,
            "team_id": envelope.payload.team,
            "sequence": envelope.payload.sequence,
            "previous": envelope.payload.previous,
        }
        for envelope in signed
        if envelope.digest and envelope.payload
    }
    known = set(session.exec(select(ChainLink.digest).where(col(ChainLink.digest).in_(rows))).all())
    insert_rows(session, ChainLink, [row for digest, row in rows.items() if digest not in known])


def _write_records(session: Session, accepted: Sequence[Examined]) -> None:
    """Insert new records; one already there moves to a smaller envelope that carries it too."""
    carried: dict[str, Examined] = {}
    findings: list[dict[str, Any]] = []
    for envelope in sorted(accepted, key=lambda each: each.envelope_id, reverse=True):
        if envelope.digest:
            carried[envelope.digest] = envelope
        findings += static_findings(envelope)
    known = dict(
        session.exec(select(Record.digest, Record.envelope_id).where(col(Record.digest).in_(carried))).all()
    )
    new = [envelope for digest, envelope in carried.items() if digest not in known]
    insert_rows(session, Record, [_record_row(envelope) for envelope in new])
    answers.write(session, new)
    for digest, former in known.items():
        if carried[digest].envelope_id < former:
            _move(session, carried[digest], former)
    keys = {finding["key"]: finding for finding in findings}
    present = set(session.exec(select(Finding.key).where(col(Finding.key).in_(keys))).all())
    insert_rows(session, Finding, [finding for key, finding in keys.items() if key not in present])


def _move(session: Session, carrier: Examined, former: str) -> None:
    place = {"envelope_id": carrier.envelope_id, "database": carrier.database}
    epoch = (carrier.opened.epoch if carrier.opened else None) or SEALED_TO_A_SLOT
    session.connection().execute(
        update(table(Record)).where(table(Record).c.digest == carrier.digest).values(epoch=epoch, **place)
    )
    findings = table(Finding)
    session.connection().execute(
        update(findings)
        .where(findings.c.envelope_id == former, findings.c.key.contains(carrier.digest, autoescape=True))
        .values(**place)
    )


def _record_row(envelope: Examined) -> dict[str, Any]:
    payload, content, opened = envelope.payload, envelope.content, envelope.opened
    if not isinstance(payload, Payload) or content is None or opened is None:
        raise TypeError("only an accepted envelope makes a record")
    return {
        "digest": envelope.digest,
        "envelope_id": envelope.envelope_id,
        "database": envelope.database,
        "organization_id": payload.organization,
        "campaign_id": payload.campaign,
        "team_id": payload.team,
        "stop_id": payload.stop,
        "visit_id": payload.visit,
        "device_id": payload.device,
        "slot_id": payload.slot,
        "member_id": payload.member,
        "sequence": payload.sequence,
        "previous": payload.previous,
        "signed_at": payload.signed_at,
        "clock_offset_ms": payload.clock_offset_ms,
        "form_url": payload.form.url,
        "form_version": payload.form.version,
        "form_digest": payload.form.digest,
        "evaluator": payload.evaluator,
        "replaces_envelope": payload.replaces.record if payload.replaces else None,
        "replaces_reason": payload.replaces.reason if payload.replaces else None,
        "epoch": opened.epoch or SEALED_TO_A_SLOT,
        "state": RecordState.INTEGRATED,
        **_named(content),
        "commune": _commune(content),
        # Asked for and not kept by the tablet, secrecy is kept from here on.
        "restricted": payload.is_restricted or content.asks_secrecy,
        "content": orjson.Fragment(bytes(payload.content)),
    }


def _named(content: Content) -> dict[str, Any]:
    """What a record says of who it is of; nothing of a stand's station, which only checks the label."""
    part = content.answers.get(PART)
    if part is not None and STATION in part.values:
        return {"person": None, "birth_date": None, "sex": None}
    return {"person": content.person, "birth_date": content.birth_date, "sex": content.sex}


def _commune(content: Content) -> str | None:
    """The INSEE code of the commune of residence: the commune asked outside the person's traits."""
    for link_id, answer in content.answers.items():
        item = content.form.index[link_id]
        if item.lookup == "insee-commune" and item.item_class == "administrative" and answer.values:
            return str(answer.values[0])
    return None
