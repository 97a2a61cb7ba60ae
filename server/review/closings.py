"""Closed stops: what each tablet said it signed there, what of it has arrived, and who keeps the tablet."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer
from server.store.control import Device, Member, Stop
from server.store.notices import Manifest
from server.store.read import Record, RecordState


@dataclass(frozen=True, slots=True)
class Closing:
    """The last manifest of one tablet at one stop; ``device`` is a label, ``member`` a name."""

    manifest: Manifest
    device: str | None
    member: str | None

    @property
    def expected(self) -> int:
        """How many records and notices the tablet said it signed."""
        return len(self.manifest.expected)

    @property
    def received(self) -> int:
        """How many of them have arrived, whatever became of them."""
        return self.expected - self.manifest.missing

    @property
    def is_settled(self) -> bool:
        """Whether nobody has anything left to do."""
        return self.manifest.integrated == self.expected


@dataclass(frozen=True, slots=True)
class StopClosing:
    """A stop and its closings, one a tablet; ``in_error``: its records that should not have been written."""

    stop: Stop
    team: str
    closings: tuple[Closing, ...]
    in_error: tuple[Record, ...]


def closings(session: Session, stops: Collection[str]) -> dict[str, list[Closing]]:
    """Return, by stop, the last manifest of each tablet; an earlier one is of a stop reopened since."""
    last: dict[tuple[str, str], Manifest] = {}
    for manifest in session.exec(
        select(Manifest)
        .where(col(Manifest.stop_id).in_(stops))
        .order_by(col(Manifest.closed_at), col(Manifest.digest))
    ):
        last[manifest.stop_id, manifest.device_id] = manifest
    labels = dict(
        session.exec(
            select(Device.id, Device.label).where(col(Device.id).in_({device for _, device in last}))
        ).all()
    )
    members = {manifest.member_id for manifest in last.values()}
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(members))).all())
    found: dict[str, list[Closing]] = {}
    for manifest in last.values():
        closing = Closing(manifest, labels.get(manifest.device_id), names.get(manifest.member_id))
        found.setdefault(manifest.stop_id, []).append(closing)
    return found


def stop_closing(session: Session, reader: Reviewer, stop_id: str) -> StopClosing:
    """Return how a stop of the reviewer's teams was closed; raise ``NotReviewable`` for any other."""
    stop = session.get(Stop, stop_id)
    if stop is None or not reader.reads(stop.team_id):
        raise NotReviewable
    in_error = session.exec(
        select(Record)
        .where(Record.stop_id == stop_id, Record.state == RecordState.ENTERED_IN_ERROR)
        .order_by(col(Record.signed_at), col(Record.digest))
    )
    return StopClosing(
        stop=stop,
        team=reader.teams[stop.team_id],
        closings=tuple(closings(session, [stop_id]).get(stop_id, ())),
        in_error=tuple(in_error),
    )
