"""A day with notices: a coming, a co-signature, an error, photos, a restricted record, a closed stop."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.identifiers import new_uuid
from server.store.database import Store
from tests.server.web.conftest import Day, write
from tests.support.organisation import NOON, make_device, make_slot
from tests.support.photos import jpeg, photo_notices
from tests.support.records import RecordWriter, SealedRecord, full_answers

PLANTED = "Ne pas prévenir les parents"
IMAGE = jpeg()


@dataclass(frozen=True)
class Told:
    """Records of one more tablet, and what its notices say of them."""

    cosigned: SealedRecord
    mistaken: SealedRecord
    secret: SealedRecord
    photo: str
    refused: str
    secret_photo: str


async def tell(day: Day, store: Store) -> Told:
    """Write a nurse's record co-signed, one entered in error, a restricted one, photos, and a closed stop."""
    services, seeded = day.services, day.seeded
    device = make_device(store, seeded)
    nurse, doctor = make_slot(store, device, seeded.nurse), make_slot(store, device, seeded.doctor)
    writer = RecordWriter(seeded, services.keys)
    visit = new_uuid()

    def came(status: str, minutes: int, **members: Any) -> SealedRecord:
        at = (NOON + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
        return writer.notice(nurse, "attendance", visit=visit, status=status, at=at, **members)

    cosigned = writer.record(nurse, visit=visit)
    mistaken = writer.record(nurse)
    secret = writer.record(doctor, full_answers(conclusion__notes={"values": [PLANTED]}), restricted=True)
    photo = photo_notices(writer, nurse, visit, IMAGE, pieces=2)
    refused = photo_notices(writer, nurse, visit, b"no image")
    secret_photo = photo_notices(writer, doctor, secret.payload["visit"], IMAGE, restricted=True)
    reference = {"envelope": cosigned.envelope.identifier, "record": cosigned.digest}
    signed = [
        cosigned,
        mistaken,
        secret,
        came("arrived", 0),
        came("with_nurse", 12),
        came("with_doctor", 20),
        came("done", 45, walk_in=True, reason="Venue <avec> sa fille"),
        writer.notice(doctor, "cosignature", records=[reference]),
        writer.notice(
            nurse,
            "entered_in_error",
            visit=mistaken.payload["visit"],
            record=mistaken.envelope.identifier,
            reason="Mauvaise personne",
        ),
        *photo,
        *refused,
        *secret_photo,
    ]
    lost = writer.record(nurse)
    listed = [each.digest for each in (*signed, lost)]
    manifest = writer.notice(nurse, "manifest", visits=3, records=4, signed=listed)
    await write(services, seeded, [*signed, manifest])
    await services.projection.caught_up()
    return Told(
        cosigned,
        mistaken,
        secret,
        photo[0].payload["photo"],
        refused[0].payload["photo"],
        secret_photo[0].payload["photo"],
    )
