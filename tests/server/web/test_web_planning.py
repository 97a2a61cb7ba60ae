"""Stops, appointments and their import, through the pages: what is typed, told, and received by teams."""

import re
from datetime import time

import httpx
import pytest
from sqlmodel import select

from server.central.documents import CentralDocument, DocumentType
from server.identifiers import new_uuid
from server.planning.handles import handles
from server.store.control import AccessLog, Campaign, RosterEntry, Stop
from server.store.database import Store
from server.store.notices import Attendance, AttendanceStatus
from server.store.planning import StopMember, StopSlot
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, write
from tests.support.organisation import DAY, NOON, make_device, make_slot
from tests.support.records import RecordWriter

pytestmark = pytest.mark.anyio
STOPS = "/coordination/escales"


def stop_form(at: Day, **changed: str) -> dict[str, str]:
    return {
        "name": "Place de l’église",
        "commune": "La Gresle",
        "day": "24/11/2026",
        "opens": "9h",
        "closes": "12h",
        "campaign": at.seeded.campaign,
        "team": at.seeded.team,
        "on_duty": at.seeded.nurse,
        "with_slots": "oui",
        "minutes": "30",
        "pauses": "10h30-11h",
        "emergencies": "1",
        **changed,
    }


def stops(store: Store, name: str) -> list[Stop]:
    with store.session() as session:
        return list(session.exec(select(Stop).where(Stop.name == name)).all())


def entries(store: Store, stop: str) -> list[RosterEntry]:
    with store.session() as session:
        return list(session.exec(select(RosterEntry).where(RosterEntry.stop_id == stop)).all())


def slots(store: Store, stop: str) -> list[StopSlot]:
    with store.session() as session:
        found = session.exec(select(StopSlot).where(StopSlot.stop_id == stop)).all()
        return sorted(found, key=lambda slot: slot.starts)


def logged(store: Store) -> list[str]:
    with store.session() as session:
        return list(session.exec(select(AccessLog.action)).all())


async def roster(day: Day, stop: str) -> dict[str, object]:
    asked = CentralDocument(DocumentType.ROSTER, stop, day.seeded.database, None)
    (document,) = await day.services.central.read(day.seeded.database, [asked])
    assert document is not None
    return dict(document.sealed or {})


async def made(browser: Browser, at: Day, store: Store, **changed: str) -> Stop:
    await browser.open(f"{STOPS}/nouvelle")
    answer = await browser.send(f"{STOPS}/nouvelle", **stop_form(at, **changed))
    assert answer.status_code == 303, text_of(answer)
    (stop,) = stops(store, changed.get("name", "Place de l’église"))
    return stop


async def test_a_stop_is_made_with_its_slots_and_the_team_is_told(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    assert (stop.commune, round(stop.latitude, 1)) == ("42104", 46.1)
    hours = [(slot.starts, slot.emergency) for slot in slots(store, stop.id)]
    assert hours == [
        (time(9), False),
        (time(9, 30), False),
        (time(10), False),
        (time(11), False),
        (time(11, 30), True),
    ]
    told = await roster(day, stop.id)
    assert isinstance(told["stop"], dict)
    assert [member["member"] for member in told["stop"]["on_duty"]] == [day.seeded.nurse]
    assert "create-stop" in logged(store)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "À remplir."),
        ({"day": "31/02/2026"}, "Cette date n’existe pas."),
        ({"day": "24/11/2031"}, "hors de la période de la campagne"),
        ({"closes": "8h"}, "La fermeture doit venir après l’ouverture."),
        ({"commune": "Nulle-Part"}, "Commune inconnue."),
        ({"commune": "Crozet"}, "Laquelle de ces communes"),
        ({"latitude": "très au nord", "longitude": "4"}, "Des degrés sont attendus"),
        ({"team": "another"}, "Choisissez dans la liste."),
        ({"on_duty": "somebody"}, "Choisissez dans la liste."),
        ({"pauses": "midi"}, "Pauses à écrire comme"),
        ({"minutes": "0"}, "Un nombre est attendu"),
    ],
)
async def test_a_stop_that_cannot_be_made_says_why_and_keeps_what_was_typed(
    administrative: Browser, day: Day, store: Store, changed: dict[str, str], said: str
) -> None:
    await administrative.open(f"{STOPS}/nouvelle")
    answer = await administrative.send(f"{STOPS}/nouvelle", **stop_form(day, **changed))
    assert answer.status_code == 422
    assert said in text_of(answer)
    kept = next(iter(changed.values()))
    assert f'value="{kept.strip()}"' in answer.text or kept in ("another", "somebody", " ")
    assert stops(store, "Place de l’église") == []


async def test_the_same_stop_is_not_made_twice(administrative: Browser, day: Day, store: Store) -> None:
    await made(administrative, day, store)
    answer = await administrative.send(f"{STOPS}/nouvelle", **stop_form(day))
    assert "L’équipe a déjà une escale à cet endroit" in text_of(answer)
    assert len(stops(store, "Place de l’église")) == 1


async def test_a_copy_has_the_slots_and_the_team_but_nobody_expected(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    await administrative.open(f"{STOPS}/{stop.id}")
    await administrative.send(f"{STOPS}/{stop.id}/rendez-vous", birth_name="Dupré", hour="9h")
    answer = await administrative.send(f"{STOPS}/{stop.id}/copier", days="01/12/2026, 08/12/2026")
    assert answer.status_code == 303
    copies = [each for each in stops(store, "Place de l’église") if each.id != stop.id]
    assert sorted(f"{each.day:%d/%m}" for each in copies) == ["01/12", "08/12"]
    for copy in copies:
        assert len(slots(store, copy.id)) == 5
        assert entries(store, copy.id) == []
        with store.session() as session:
            assert session.get(StopMember, (copy.id, day.seeded.nurse)) is not None
    await administrative.open(f"{STOPS}/{stop.id}")
    answer = await administrative.send(f"{STOPS}/{stop.id}/copier", days="01/12/2026, hier")
    assert "Ce n’est pas une date." in text_of(answer)
    assert len(stops(store, "Place de l’église")) == 3


async def test_a_cancelled_stop_is_told_and_comes_back(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    for address, cancelled in (("annuler", True), ("retablir", False)):
        await administrative.open(f"{STOPS}/{stop.id}")
        await administrative.send(f"{STOPS}/{stop.id}/{address}")
        told = await roster(day, stop.id)
        assert isinstance(told["stop"], dict)
        assert told["stop"]["cancelled"] is cancelled


async def test_slots_made_again_go_around_those_taken(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    await administrative.open(f"{STOPS}/{stop.id}")
    await administrative.send(f"{STOPS}/{stop.id}/rendez-vous", birth_name="Dupré", hour="9h30")
    (entry,) = entries(store, stop.id)
    await administrative.open(f"{STOPS}/{stop.id}/modifier")
    form = stop_form(day, minutes="20", pauses="", emergencies="0")
    assert (await administrative.send(f"{STOPS}/{stop.id}/modifier", **form)).status_code == 303
    hours = [f"{slot.starts:%H:%M}" for slot in slots(store, stop.id)]
    assert hours == ["09:00", "09:30", "10:00", "10:20", "10:40", "11:00", "11:20", "11:40"]
    assert entry.slot_id in {slot.id for slot in slots(store, stop.id)}


async def test_a_stop_where_somebody_signed_keeps_its_day_and_its_campaign(
    administrative: Browser, day: Day, store: Store
) -> None:
    with store.session() as session:
        stop, seen = session.get_one(Stop, day.seeded.stop), session.get_one(Campaign, day.seeded.campaign)
        session.expunge(stop)
        other = Campaign(**{**seen.model_dump(), "id": new_uuid(), "title": "Une autre"})
        session.add(other)
    at = f"{STOPS}/{stop.id}/modifier"
    form = {**stop_form(day, name="Renommée"), "day": DAY.isoformat(), "with_slots": ""}
    await administrative.open(at)
    for changed in ({"day": "25/11/2026"}, {"campaign": other.id}):
        answer = await administrative.send(at, **{**form, **changed})
        assert answer.status_code == 422
        assert "son jour et sa campagne ne changent plus" in text_of(answer)
        assert 'value="Renommée"' in answer.text
        assert next(iter(changed.values())) in answer.text
        assert stops(store, "Renommée") == []
    assert (await administrative.send(at, **form)).status_code == 303
    (renamed,) = stops(store, "Renommée")
    assert (renamed.id, renamed.day, renamed.campaign_id) == (stop.id, stop.day, stop.campaign_id)


async def test_a_stop_where_only_an_attendance_was_signed_keeps_its_day_too(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    at = f"{STOPS}/{stop.id}/modifier"
    await administrative.open(at)
    assert (await administrative.send(at, **stop_form(day, day="25/11/2026"))).status_code == 303
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.nurse)
    told = RecordWriter(day.seeded, day.services.keys).notice(slot, "attendance", stop=stop.id)
    await write(day.services, day.seeded, [told])
    await day.services.projection.caught_up()
    answer = await administrative.send(at, **stop_form(day, day="26/11/2026"))
    assert answer.status_code == 422
    assert "son jour et sa campagne ne changent plus" in text_of(answer)


async def test_an_appointment_takes_the_slot_of_its_hour_and_the_same_twice_is_refused_unless_forced(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    address = f"{STOPS}/{stop.id}/rendez-vous"
    first = slots(store, stop.id)[0]
    await administrative.open(f"{STOPS}/{stop.id}")
    await administrative.send(
        address, birth_name="Dupré", first_name="Zoé", hour="9h", phone="06 12 34 56 78"
    )
    (entry,) = entries(store, stop.id)
    assert (entry.birth_name, entry.first_name, entry.slot_id) == ("DUPRE", "ZOE", first.id)
    assert (entry.phone, entry.birth_date, entry.booking) == ("0612345678", None, "")
    await administrative.open(f"{STOPS}/{stop.id}")
    for fields, said in (
        ({"birth_name": "Grive", "slot": first.id}, "Ce créneau est déjà pris."),
        ({"birth_name": "Grive", "hour": "9h"}, "Quelqu’un est déjà attendu à cette heure."),
        ({"birth_name": "dupré", "first_name": "zoé", "hour": "10h"}, "Cette personne est déjà attendue"),
    ):
        answer = await administrative.send(address, **fields)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert "Enregistrer malgré tout" in text_of(answer)
    answer = await administrative.send(address, birth_name="Grive", slot=first.id, forced="oui")
    assert answer.status_code == 303
    assert [each.slot_id for each in entries(store, stop.id)] == [first.id, first.id]


async def test_a_cancelled_appointment_frees_its_slot_and_stays_visible(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    await administrative.open(f"{STOPS}/{stop.id}")
    await administrative.send(f"{STOPS}/{stop.id}/rendez-vous", birth_name="Dupré", hour="9h")
    (entry,) = entries(store, stop.id)
    await administrative.open(f"/coordination/rendez-vous/{handle_of(store, entry.id)}")
    await administrative.send(f"/coordination/rendez-vous/{handle_of(store, entry.id)}/annuler")
    assert "DUPRE" in text_of(await administrative.open(f"{STOPS}/{stop.id}"))
    await administrative.send(f"{STOPS}/{stop.id}/rendez-vous", birth_name="Grive", hour="9h")
    grive = next(each for each in entries(store, stop.id) if each.birth_name == "GRIVE")
    assert grive.slot_id == entry.slot_id
    await administrative.open(f"/coordination/rendez-vous/{handle_of(store, entry.id)}")
    await administrative.send(f"/coordination/rendez-vous/{handle_of(store, entry.id)}/retablir")
    back = next(each for each in entries(store, stop.id) if each.id == entry.id)
    assert (back.cancelled, back.slot_id) == (False, None), "its slot was taken meanwhile"


async def test_an_appointment_moves_to_another_stop_unless_the_person_came(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    other = await made(administrative, day, store, name="Mairie", day="25/11/2026")
    await administrative.open(f"{STOPS}/{stop.id}")
    await administrative.send(f"{STOPS}/{stop.id}/rendez-vous", birth_name="Dupré", hour="9h")
    (entry,) = entries(store, stop.id)
    address = f"/coordination/rendez-vous/{handle_of(store, entry.id)}"
    await administrative.open(address)
    form = {"birth_name": "Dupré", "hour": "9h30", "slot": entry.slot_id or ""}
    assert (await administrative.send(address, stop=other.id, **form)).status_code == 303
    (moved,) = entries(store, other.id)
    assert moved.expected_at == time(9, 30)
    assert moved.slot_id in {slot.id for slot in slots(store, other.id)}
    for where, expected in ((stop.id, 0), (other.id, 1)):
        told = await roster(day, where)
        assert isinstance(told["expected"], list)
        assert len(told["expected"]) == expected
    with store.session() as session:
        session.add(came(entry.id, day, other))
    await administrative.open(address)
    answer = await administrative.send(address, stop=stop.id, birth_name="Dupré", hour="9h")
    assert "le rendez-vous ne se déplace plus" in text_of(answer)


def came(visit: str, day: Day, stop: Stop) -> Attendance:
    return Attendance(
        visit_id=visit,
        team_id=day.seeded.team,
        campaign_id=day.seeded.campaign,
        stop_id=stop.id,
        day=stop.day,
        status=AttendanceStatus.WITH_NURSE,
        walk_in=False,
        since=NOON,
    )


async def test_a_stop_says_what_became_of_each_appointment(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    await administrative.open(f"{STOPS}/{stop.id}")
    await administrative.send(f"{STOPS}/{stop.id}/rendez-vous", birth_name="Dupré", hour="9h")
    (entry,) = entries(store, stop.id)
    with store.session() as session:
        session.add(came(entry.id, day, stop))
    page = text_of(await administrative.open(f"{STOPS}/{stop.id}"))
    assert "Avec l’infirmière ou l’infirmier" in page
    assert "open-roster" in logged(store)
    week = text_of(await administrative.open(f"{STOPS}?semaine=2026-11-24"))
    assert "1 personne attendue" in week
    assert "1 personne venue" in week
    assert "DUPRE" not in week


async def test_a_record_begun_by_mistake_and_put_aside_is_nobody_who_came(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    with store.session() as session:
        for status in (AttendanceStatus.EXPECTED, AttendanceStatus.DONE):
            each = came(new_uuid(), day, stop)
            each.status, each.walk_in = status, True
            session.add(each)
    assert "1 personne venue sans rendez-vous" in text_of(await administrative.open(f"{STOPS}/{stop.id}"))
    assert "1 personne venue" in text_of(await administrative.open(f"{STOPS}?semaine=2026-11-24"))


async def preview(browser: Browser, stop: str, content: bytes) -> str:
    await browser.open(f"{STOPS}/import?escale={stop}")
    form = {"form_token": browser.token, "stop": stop}
    files = {"file": ("rdv.csv", content, "text/csv")}
    browser.page = await browser.http.post(f"{STOPS}/import", data=form, files=files)
    return text_of(browser.page)


LATIN = (
    "Nom;Prénom;Né(e) le;Heure;Motif\r\n"
    "Dupré;Zoé;14/03/1948;9h;toux grasse\r\n"
    "Milan;Luc;31/02/1950;9h30;\r\n"
    "Dupré;Zoé;14/03/1948;10h;\r\n"
    "Grive;Ève;02/01/1960;10h;\r\n"
).encode("latin-1")


async def test_an_import_is_previewed_then_confirmed_and_not_doubled(
    administrative: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    page = await preview(administrative, stop.id, LATIN)
    assert "2 rendez-vous peuvent être importés. 1 ligne refusée. 1 doublon écarté." in page
    assert "31/02/1950" in page
    assert "Colonnes ignorées, gardées nulle part : Motif" in page
    assert "toux" not in page
    assert entries(store, stop.id) == [], "nothing before it is confirmed"
    assert administrative.page is not None
    signed = re.findall(r'name="signed" value="([^"]*)"', administrative.page.text)[0]
    answer = await administrative.send(f"{STOPS}/import/confirmer", signed=signed)
    assert answer.headers["location"] == f"{STOPS}/{stop.id}"
    again = await administrative.send(f"{STOPS}/import/confirmer", signed=signed)
    assert again.status_code == 303
    kept = sorted((each.birth_name, f"{each.expected_at:%H:%M}") for each in entries(store, stop.id))
    assert kept == [("DUPRE", "09:00"), ("GRIVE", "10:00")]
    assert {each.slot_id for each in entries(store, stop.id)} == {
        slot.id for slot in slots(store, stop.id) if slot.starts in (time(9), time(10))
    }
    assert logged(store).count("import-appointments") == 1
    assert "Déjà attendue à cette escale." in await preview(administrative, stop.id, LATIN)


async def test_a_preview_of_another_or_changed_is_refused(
    administrative: Browser, clinical: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    await preview(administrative, stop.id, LATIN)
    assert administrative.page is not None
    signed = re.findall(r'name="signed" value="([^"]*)"', administrative.page.text)[0]
    await clinical.open(f"{STOPS}/import")
    for browser, text in ((clinical, signed), (administrative, signed[:-3] + "AAA"), (administrative, "")):
        answer = await browser.send(f"{STOPS}/import/confirmer", signed=text)
        assert answer.status_code == 422
        assert "L’aperçu a expiré" in text_of(answer)
    assert entries(store, stop.id) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide"),
        (b"prenom;age\nZoe;12\n", "Titres lus : prenom, age"),
        (b"x" * 1_005_000, "Le fichier dépasse 1 Mo."),
    ],
)
async def test_a_file_that_is_none_is_refused_with_the_reason(
    administrative: Browser, day: Day, content: bytes, said: str
) -> None:
    page = await preview(administrative, day.seeded.stop, content)
    assert "Rien n’a été lu." in page
    assert said in page


async def test_a_file_beyond_all_measure_is_refused_as_a_page(administrative: Browser, day: Day) -> None:
    page = await preview(administrative, day.seeded.stop, b"x" * 3_000_000)
    assert "Envoi trop volumineux" in page


async def test_the_days_of_a_stop_are_those_of_the_week_asked_for(administrative: Browser, day: Day) -> None:
    assert "La Gresle" in text_of(await administrative.open(f"{STOPS}?semaine={DAY}"))
    for week in ("2026-11-02", "0001-01-01", "hier", "9999-12-31"):
        page = await administrative.open(f"{STOPS}?semaine={week}")
        assert page.status_code == 200


@pytest.mark.parametrize("typed", ["0001-01-01", "01/01/2019", "9999-12-31"])
async def test_a_day_outside_all_activity_is_refused(administrative: Browser, day: Day, typed: str) -> None:
    await administrative.open(f"{STOPS}/nouvelle")
    answer = await administrative.send(f"{STOPS}/nouvelle", **stop_form(day, day=typed))
    assert answer.status_code == 422
    assert "Cette date doit être comprise entre 2020 et 2100." in text_of(answer)


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31", "hier"])
async def test_a_week_outside_all_activity_says_so(administrative: Browser, day: Day, typed: str) -> None:
    page = text_of(await administrative.open(f"{STOPS}?semaine={typed}"))
    assert "Semaine du lundi 23 novembre 2026" in page
    assert "La semaine demandée n’existe pas" in page


async def test_a_stop_where_something_was_signed_is_not_cancelled(
    administrative: Browser, day: Day, store: Store
) -> None:
    at = f"{STOPS}/{day.seeded.stop}"
    page = await administrative.open(at)
    assert f"{at}/annuler" not in page.text
    answer = await administrative.send(f"{at}/annuler")
    assert answer.status_code == 422
    assert "Cette escale a eu lieu" in text_of(answer)
    with store.session() as session:
        assert session.get_one(Stop, day.seeded.stop).cancelled is False


async def test_the_second_of_two_who_change_a_stop_sees_what_the_first_saved(
    administrative: Browser, clinical: Browser, day: Day, store: Store
) -> None:
    stop = await made(administrative, day, store)
    at = f"{STOPS}/{stop.id}/modifier"
    shown = [hidden_state(await browser.open(at)) for browser in (administrative, clinical)]
    first = stop_form(day, name="Salle des fêtes", with_slots="", state=shown[0])
    assert (await administrative.send(at, **first)).status_code == 303
    second = stop_form(day, name="Mairie", with_slots="", state=shown[1])
    # A fault shown in between does not make the form newer.
    faulty = await clinical.send(at, **{**second, "closes": "8h"})
    assert (faulty.status_code, hidden_state(faulty)) == (422, shown[1])
    answer = await clinical.send(at, **second)
    assert answer.status_code == 409
    assert "Quelqu’un d’autre a modifié cette escale" in text_of(answer)
    assert "Salle des fêtes" in text_of(answer)
    assert 'value="Mairie"' in answer.text
    assert (await clinical.send(at, **{**second, "state": hidden_state(answer)})).status_code == 303
    assert [each.id for each in stops(store, "Mairie")] == [stop.id]


def hidden_state(answer: httpx.Response) -> str:
    found = re.search(r'name="state" value="([0-9a-f]+)"', answer.text)
    assert found is not None
    return found[1]


def handle_of(store: Store, entry: str) -> str:
    with store.session() as session:
        return handles(session).of(entry)
