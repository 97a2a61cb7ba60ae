"""Items about the bus's day: silent tablets, stops closed with something missing, photos refused."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from server.clock import PARIS
from server.projection.visits import number
from server.queue.item import Item, Kind, Scope, Urgency, key_of
from server.queue.records import TABLETS
from server.store.control import Device, DeviceStatus, Stop
from server.store.notices import Manifest, Photo, PhotoState
from server.store.read import Answer, Record

SILENT_AFTER = timedelta(days=3)
"""How long a tablet may say nothing after a stop of its team before somebody looks for it."""


def silent_tablets(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the tablets not heard of for days although their team had a stop since.

    One that speaks with the bus's hub only is heard of by what it signed.
    """
    closings: dict[str, list[datetime]] = {}
    for stop in session.exec(
        select(Stop).where(
            col(Stop.team_id).in_(scope.teams), col(Stop.cancelled).is_(False), Stop.day <= scope.today
        )
    ):
        closed = datetime.combine(stop.day, stop.closes, tzinfo=PARIS)
        closings.setdefault(stop.team_id, []).append(closed)
    devices = session.exec(
        select(Device).where(col(Device.team_id).in_(scope.teams), Device.status == DeviceStatus.ACTIVE)
    ).all()
    signed = dict(
        session.exec(
            select(Record.device_id, func.max(Record.signed_at))
            .where(col(Record.device_id).in_([device.id for device in devices]))
            .group_by(col(Record.device_id))
        ).all()
    )
    for device in devices:
        spoke = device.last_seen_at or device.enrolled_at
        heard = max(spoke, signed.get(device.id, spoke))
        missed = [each for each in closings.get(device.team_id, ()) if heard < each <= scope.now]
        if not missed or scope.now - heard < SILENT_AFTER:
            continue
        yield Item(
            key=key_of(Kind.TABLET, "silent", device.id, heard.isoformat()),
            kind=Kind.TABLET,
            urgency=Urgency.NOW,
            since=heard,
            team=device.team_id,
            what=device.label,
            text="queue.say.silent",
            parts={"count": len(missed)},
            address=TABLETS,
        )


def manifests(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the stops closed by a tablet of which something announced has not arrived."""
    last: dict[tuple[str, str], Manifest] = {}
    for manifest in session.exec(
        select(Manifest)
        .where(col(Manifest.team_id).in_(scope.teams))
        .order_by(col(Manifest.closed_at), col(Manifest.digest))
    ):
        last[manifest.stop_id, manifest.device_id] = manifest
    names = dict(session.exec(select(Stop.id, Stop.name)).all())
    labels = dict(session.exec(select(Device.id, Device.label)).all())
    for manifest in last.values():
        if manifest.missing <= 0:
            continue
        yield Item(
            key=key_of(Kind.MANIFEST, manifest.digest, manifest.missing),
            kind=Kind.MANIFEST,
            urgency=Urgency.NOW,
            since=manifest.closed_at,
            team=manifest.team_id,
            what=f"{names.get(manifest.stop_id, '')} – {labels.get(manifest.device_id, '')}",
            text="queue.say.manifest",
            parts={"count": manifest.missing, "expected": len(manifest.expected)},
            address=f"/coordination/clotures/{manifest.stop_id}",
            waits_for=manifest.keeper or None,
        )


def photos(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the photos that were set aside, with the reason."""
    refused = session.exec(
        select(Photo).where(col(Photo.team_id).in_(scope.teams), Photo.state == PhotoState.REFUSED)
    ).all()
    records = {
        (visit, team): digest
        for visit, team, digest in session.exec(
            select(Record.visit_id, Record.team_id, Record.digest)
            .where(col(Record.visit_id).in_([photo.visit_id for photo in refused]))
            .order_by(col(Record.signed_at), col(Record.digest))
        )
    } | _naming(session, [photo.id for photo in refused])
    for photo in refused:
        record = records.get((photo.id, photo.team_id)) or records.get((photo.visit_id, photo.team_id))
        yield Item(
            key=key_of(Kind.PHOTO, photo.id, photo.team_id, photo.reason),
            kind=Kind.PHOTO,
            urgency=Urgency.SOON,
            since=photo.taken_at,
            team=photo.team_id,
            what=number(photo.visit_id),
            text="queue.say.photo",
            reason=photo.reason,
            address=f"/coordination/fiches/{record}" if record else "/coordination/anomalies",
            turn="author",
            clinical=photo.restricted,
        )


def _naming(session: Session, photos: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the last record that answers with each of these photos, by photo and team."""
    found = session.exec(
        select(Answer.value_code, Record.team_id, Record.digest)
        .join(Record, col(Record.digest) == col(Answer.record_digest))
        .where(
            col(Answer.link_id).in_(select(Photo.link_id).where(col(Photo.id).in_(photos))),
            col(Answer.value_code).in_(photos),
        )
        .order_by(col(Record.signed_at), col(Record.digest))
    )
    return {(photo, team): digest for photo, team, digest in found if photo is not None}
