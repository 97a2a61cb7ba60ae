"""The record page with what notices say around it, restricted visits, photos, and closed stops."""

from typing import Any

import pytest
from sqlmodel import col, select

from server.identifiers import new_uuid
from server.store.control import AccessLog, RestrictedOpening
from server.store.database import Store
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, write
from tests.server.web.told import IMAGE, PLANTED, Told, tell
from tests.support.organisation import make_device, make_slot
from tests.support.photos import naming_photo, photo_notices
from tests.support.records import RecordWriter, SealedRecord, full_answers

pytestmark = pytest.mark.anyio


@pytest.fixture
async def told(day: Day, store: Store) -> Told:
    """A day with notices."""
    return await tell(day, store)


def address(record: SealedRecord) -> str:
    return f"/coordination/fiches/{record.digest}"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def test_the_record_page_tells_the_coming_and_who_cosigned(clinical: Browser, told: Told) -> None:
    page = plain(text_of(await clinical.open(address(told.cosigned))))
    assert "sans rendez-vous" in page
    assert "Arrivée 13:00, 12 min d’attente" in page
    assert "Venue <avec> sa fille" in page
    assert "Cosignatures Dr Ada Essai (médecin)" in page


async def test_an_administrative_coordinator_sees_the_coming_and_no_typed_word_nor_photo(
    administrative: Browser, told: Told
) -> None:
    answer = await administrative.open(address(told.cosigned))
    page = plain(text_of(answer))
    assert "Attente 12 min" in page
    assert "13:00" not in page
    assert "2 photos, qui ne sont pas montrées à votre rôle" in page
    assert [word for word in ("sa fille", '<img src="/coordination/fiches') if word in answer.text] == []
    mistaken = await administrative.open(address(told.mistaken))
    assert "Saisie par erreur" in text_of(mistaken)
    assert "Mauvaise personne" not in mistaken.text


async def test_a_record_in_error_is_readable_with_its_reason_and_takes_no_decision(
    clinical: Browser, told: Told
) -> None:
    page = text_of(await clinical.open(address(told.mistaken)))
    assert "Mauvaise personne" in page
    assert "Votre décision" not in page
    answer = await clinical.send(f"{address(told.mistaken)}/decision", verdict="validated")
    assert answer.status_code == 422


async def test_a_photo_is_shown_logged_and_kept_by_no_cache(
    clinical: Browser, told: Told, store: Store
) -> None:
    page = await clinical.open(address(told.cosigned))
    source = f"{address(told.cosigned)}/photos/{told.photo}"
    assert f'<img src="{source}"' in page.text
    assert told.refused not in page.text
    assert "n’est pas une image JPEG lisible" in text_of(page)
    answer = await clinical.open(source)
    assert (answer.status_code, answer.content) == (200, IMAGE)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with store.session() as session:
        lines = session.exec(select(AccessLog.action).where(AccessLog.object_id == told.photo)).all()
    assert lines == ["open-photo"]
    assert "Ouverture d’une photo" in text_of(await clinical.open(f"{address(told.cosigned)}/acces"))


@pytest.mark.parametrize("which", ["refused", "secret_photo", "unknown"])
async def test_a_photo_set_aside_of_another_visit_or_unknown_is_not_found(
    clinical: Browser, told: Told, which: str
) -> None:
    photo = getattr(told, which, new_uuid())
    answer = await clinical.open(f"{address(told.cosigned)}/photos/{photo}")
    assert answer.status_code == 404


async def test_a_photo_goes_with_the_record_to_the_right_persons_visit(
    clinical: Browser, day: Day, store: Store
) -> None:
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.nurse)
    writer = RecordWriter(day.seeded, day.services.keys)
    pieces = photo_notices(writer, slot, new_uuid(), IMAGE, link_id="photos.prescription")
    visit, photo = pieces[0].payload["visit"], pieces[0].payload["photo"]
    beside = writer.record(slot, visit=visit)
    wrong = writer.record(slot, naming_photo(writer, photo), visit=visit)
    replaces = {"record": wrong.envelope.identifier, "reason": "Autre personne"}
    right = writer.record(slot, naming_photo(writer, photo), replaces=replaces)
    await write(day.services, day.seeded, [*pieces, beside, wrong, right])
    await day.services.projection.caught_up()
    for record, is_shown in ((right, True), (wrong, True), (beside, False)):
        source = f"{address(record)}/photos/{photo}"
        assert (f'<img src="{source}"' in (await clinical.open(address(record))).text) is is_shown
        assert (await clinical.open(source)).status_code == (200 if is_shown else 404)


async def test_a_restricted_visit_asks_why_before_anything_is_shown(
    clinical: Browser, told: Told, day: Day, store: Store
) -> None:
    for way in ("", "/acces"):
        asked = await clinical.open(f"{address(told.secret)}{way}")
        assert "Pourquoi ouvrez-vous ce passage" in text_of(asked)
        assert [word for word in (PLANTED, "GARCIA", "mmHg") if word in asked.text] == []
    decided = await clinical.send(f"{address(told.secret)}/decision", verdict="validated")
    assert "Pourquoi ouvrez-vous ce passage" in text_of(decided)
    assert (await clinical.open(f"{address(told.secret)}/photos/{told.secret_photo}")).status_code == 404

    reason = "Appel de l’infirmière <scolaire>"
    given = await clinical.send(f"{address(told.secret)}/motif", message=reason)
    assert (given.status_code, given.headers["location"]) == (303, address(told.secret))
    page = await clinical.open(address(told.secret))
    assert PLANTED in text_of(page)
    assert "Confidentiel" in text_of(page)
    assert (await clinical.open(f"{address(told.secret)}/photos/{told.secret_photo}")).status_code == 200
    log = await clinical.open(f"{address(told.secret)}/acces")
    assert reason in text_of(log)
    with store.session() as session:
        lines = session.exec(
            select(AccessLog.action)
            .where(AccessLog.object_id == told.secret.digest)
            .order_by(col(AccessLog.sequence))
        ).all()
        (kept,) = session.exec(select(RestrictedOpening)).all()
    assert lines == ["open-restricted", "open-record", "open-access-log"]
    assert (kept.reason, kept.member_id) == (reason, day.seeded.clinical)


@pytest.mark.parametrize("secret_first", [True, False])
async def test_a_history_that_leads_to_a_restricted_visit_asks_why_too(
    clinical: Browser, administrative: Browser, day: Day, store: Store, secret_first: bool
) -> None:
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.doctor)
    writer = RecordWriter(day.seeded, day.services.keys)
    planted = full_answers(conclusion__notes={"values": [PLANTED]})
    sealed: dict[str, Any] = {"restricted": True}
    wrong = writer.record(slot, planted, **(sealed if secret_first else {}))
    replaces = {"record": wrong.envelope.identifier, "reason": "Autre personne"}
    right = writer.record(slot, planted, replaces=replaces, **({} if secret_first else sealed))
    await write(day.services, day.seeded, [wrong, right])
    await day.services.projection.caught_up()
    for record in (wrong, right):
        for way in ("", "/acces"):
            asked = await clinical.open(address(record) + way)
            assert "Pourquoi ouvrez-vous ce passage" in text_of(asked)
            assert PLANTED not in asked.text
        await clinical.open(address(record))
        await clinical.send(f"{address(record)}/motif", message="Relecture")
        assert PLANTED in text_of(await clinical.open(address(record)))
        assert "Commune de résidence" not in (await administrative.open(address(record))).text


@pytest.mark.parametrize(
    ("typed", "said"), [("  ", "Écrivez pourquoi"), ("x" * 501, "dépasse 500 caractères")]
)
async def test_without_a_good_reason_it_stays_closed_and_what_was_typed_stays(
    clinical: Browser, told: Told, store: Store, typed: str, said: str
) -> None:
    await clinical.open(address(told.secret))
    answer = await clinical.send(f"{address(told.secret)}/motif", message=typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert typed.strip() in text_of(answer)
    with store.session() as session:
        assert session.exec(select(RestrictedOpening)).all() == []


async def test_an_administrative_coordinator_sees_that_it_is_confidential_and_no_answer(
    administrative: Browser, told: Told
) -> None:
    answer = await administrative.open(address(told.secret))
    assert "Confidentiel" in text_of(answer)
    assert [word for word in (PLANTED, "GARCIA", "Commune de résidence", "mmHg") if word in answer.text] == []


async def test_the_list_of_visits_names_nobody_of_a_restricted_visit(clinical: Browser, told: Told) -> None:
    page = await clinical.open("/coordination/?du=2026-11-23&au=2026-11-23")
    number = f"{told.secret.payload['visit'][:4]}-{told.secret.payload['visit'][4:8]}".upper()
    row = page.text.split(f">{number}</a>")[1].split("</tr>")[0]
    assert "Confidentiel" in row
    assert "GARCIA" not in row


async def test_a_closed_stop_says_what_has_arrived_and_who_keeps_the_tablet(
    administrative: Browser, told: Told, day: Day
) -> None:
    count = await administrative.open("/coordination/?du=2026-11-23&au=2026-11-23")
    assert "Close : 3 passages, 14 envois signés, 13 reçus, 13 intégrés, 0 à corriger" in plain(
        text_of(count)
    )
    page = plain(text_of(await administrative.open(f"/coordination/clotures/{day.seeded.stop}")))
    assert "3 passages, 4 fiches." in page
    assert "1 envoi signé sur cette tablette n’est pas arrivé" in page
    assert "Dr Ada Essai" in page
    assert "Fiches saisies par erreur" in page


async def test_a_stop_of_another_team_looks_like_none(clinical: Browser, told: Told, day: Day) -> None:
    foreign = await clinical.open(f"/coordination/clotures/{day.other.stop}")
    unknown = await clinical.open(f"/coordination/clotures/{new_uuid()}")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
