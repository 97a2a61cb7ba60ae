"""Coordinators' acts on people, tasks and the queue: sealed documents of the central database (wire §5.2).

Written by ``review.acts``; read here, so that a rebuild from zero knows them. ``Act`` rows are the log; what
follows from them is derived by ``people`` and ``tasks``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from sqlmodel import Session, col, select

from server.central.databases import DECISIONS
from server.central.documents import TYP
from server.envelope.payload import Identifier, Instant
from server.keys import jws
from server.keys.errors import CannotOpen, InvalidSignature
from server.keys.organisation import OrganisationKeys
from server.projection.errors import Refused
from server.projection.statements import insert_rows
from server.store.follow_ups import Act

DOCUMENT_TYPE: Final = "act"
MAX_NOTE = 2000

Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Note = Annotated[str, msgspec.Meta(max_length=MAX_NOTE)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]{1,60}$")]


class _Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="act"):
    subject: Subject
    member: Identifier
    at: Instant


class Merge(_Act, frozen=True, tag="merge"):
    """Two identities are one person; ``subject`` is both identity keys, the smaller first, with a +."""

    reason: Note = ""


class Separate(_Act, frozen=True, tag="separate"):
    """Two identities are not one person, whatever the traits say."""

    reason: Note = ""


class Detach(_Act, frozen=True, tag="detach"):
    """A visit is not of the person that its traits say; ``subject`` is ``<visit>:<team>``."""

    reason: Note = ""


class Attach(_Act, frozen=True, tag="attach"):
    """Undoes ``Detach``."""

    reason: Note = ""


class TaskChange(_Act, frozen=True, tag="task"):
    """Who does a task, until when, and what came of it; the last one stands whole."""

    owner: Identifier | None
    due_on: date | None
    outcome: Code | None
    note: Note = ""


class QueueChange(_Act, frozen=True, tag="queue"):
    """Who looks after an item of the queue, and whether it is closed."""

    owner: Identifier | None
    closed: bool
    note: Note = ""


ActBody = Merge | Separate | Detach | Attach | TaskChange | QueueChange
_ACT: msgspec.json.Decoder[ActBody] = msgspec.json.Decoder(ActBody)


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    type: Literal["act"]
    key: Identifier
    database: str
    issued_at: Instant
    open: None
    sealed: str


class Acted(NamedTuple):
    """An act that the organisation did write, with its document's id."""

    document_id: str
    act: ActBody


def document_id(key: str) -> str:
    """Return the id of the act drawn under this key: ``d`` and 40 hexadecimal digits."""
    return "d" + hashlib.sha256(f"{DOCUMENT_TYPE}:{key}".encode()).hexdigest()[:40]


def sealed_document(key: str, act: ActBody, keys: OrganisationKeys, at: datetime) -> dict[str, Any]:
    """Return the document's body: a JWS of the organisation around a JWE to the organisation."""
    signed = _Signed(
        v=1,
        type=DOCUMENT_TYPE,
        key=key,
        database=DECISIONS,
        issued_at=at,
        open=None,
        sealed=keys.seal(msgspec.json.encode(act)),
    )
    return {"jws": jws.sign(msgspec.json.encode(signed), keys.signing, TYP)}


def read(identifier: str, body: Mapping[str, Any], keys: OrganisationKeys) -> ActBody:
    """Return a stored act; raise ``Refused`` unless the organisation wrote it under this id."""
    try:
        signed = msgspec.json.decode(jws.verify(body["jws"], keys.signing, TYP), type=_Signed)
        act: ActBody = _ACT.decode(keys.open_sealed(signed.sealed))
    except (InvalidSignature, CannotOpen, msgspec.DecodeError, KeyError, TypeError) as error:
        raise Refused("decision-invalid") from error
    if signed.database != DECISIONS or identifier != document_id(signed.key):
        raise Refused("decision-invalid")
    return act


def write(session: Session, acted: Sequence[Acted]) -> set[tuple[str, str]]:
    """Write the rows of acts not known yet; return the (kind, subject) that they are about."""
    wanted = {each.document_id: each.act for each in acted}
    known = session.exec(select(Act.document_id).where(col(Act.document_id).in_(wanted)))
    for identifier in known.all():
        del wanted[identifier]
    rows = [_row(identifier, act) for identifier, act in wanted.items()]
    insert_rows(session, Act, rows)
    return {(row["kind"], row["subject"]) for row in rows}


def _row(identifier: str, act: ActBody) -> dict[str, Any]:
    body = msgspec.to_builtins(act)
    kind, subject = body.pop("act"), body.pop("subject")
    for name in ("member", "at"):
        del body[name]
    return {
        "document_id": identifier,
        "kind": kind,
        "subject": subject,
        "member_id": act.member,
        "at": act.at,
        "body": body,
    }
