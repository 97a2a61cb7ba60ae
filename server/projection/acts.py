"""Coordinators' acts on people, tasks and the queue: sealed documents of the central database (wire §5.2).

Written by ``review.acts``; read here, so that a rebuild from zero knows them. ``Act`` rows are the log; what
follows from them is derived by ``people`` and ``tasks``.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from sqlmodel import Session, col, select

from server.envelope.payload import Digest, Identifier, Instant
from server.keys.organisation import OrganisationKeys
from server.projection import sealed
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


class Relabelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record, by digest, and the visit that it counts for."""

    record: Digest
    visit: Identifier


class Relabel(_Act, frozen=True, tag="relabel"):
    """Records of a stop count for other labels than they were signed under; ``subject`` is ``<stop>:<team>``.

    All acts on a stop stand; of one record the last, which may be where it was signed.
    """

    records: Annotated[tuple[Relabelled, ...], msgspec.Meta(min_length=1, max_length=100)]
    reason: Note = ""


class TaskChange(_Act, frozen=True, tag="task"):
    """Who does a task, until when, and what came of it; the last one stands whole.

    ``done_on`` and ``done_by``: the day on which it was done and by whom, an option of an item
    (``forms.tasks.KindRules``), where the kind asks for them.
    """

    owner: Identifier | None
    due_on: date | None
    outcome: Code | None
    note: Note = ""
    done_on: date | None = None
    done_by: Code | None = None


class FormNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published form's version."""

    url: str
    version: str


class RemoteSatisfaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the remote doctor says of the act; ``answers`` are flat (forms.md)."""

    form: FormNamed
    answers: dict[str, dict[str, Any]]


class RemoteAnswer(_Act, frozen=True, tag="remote_answer"):
    """What a remote doctor answered through a link; ``subject`` is ``<visit>:<team>``, the last stands.

    ``member`` asked for the link; ``signed_name`` is who answered, by their own word.
    """

    form: FormNamed
    answers: dict[str, dict[str, Any]]
    satisfaction: RemoteSatisfaction | None
    signed_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    rpps: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{11}$")] | None
    link: Identifier


class QueueChange(_Act, frozen=True, tag="queue"):
    """Who looks after an item of the queue, and whether it is closed."""

    owner: Identifier | None
    closed: bool
    note: Note = ""


ActBody = Merge | Separate | Detach | Attach | Relabel | TaskChange | QueueChange | RemoteAnswer
_ACT: msgspec.json.Decoder[ActBody] = msgspec.json.Decoder(ActBody)


class Acted(NamedTuple):
    """An act that the organisation did write, with its document's id."""

    document_id: str
    act: ActBody


def document_id(key: str) -> str:
    """Return the id of the act drawn under this key: ``d`` and 40 hexadecimal digits."""
    return sealed.document_id(DOCUMENT_TYPE, key)


def sealed_document(key: str, act: ActBody, keys: OrganisationKeys, at: datetime) -> dict[str, Any]:
    """Return the document's body (``sealed.seal``)."""
    return sealed.seal(DOCUMENT_TYPE, key, act, keys, at)


def read(identifier: str, body: Mapping[str, Any], keys: OrganisationKeys) -> ActBody:
    """Return a stored act; raise ``Refused`` unless the organisation wrote it under this id."""
    content = sealed.opened(DOCUMENT_TYPE, identifier, body, keys)
    try:
        act: ActBody = _ACT.decode(content)
    except msgspec.DecodeError as error:
        raise Refused("decision-invalid") from error
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
