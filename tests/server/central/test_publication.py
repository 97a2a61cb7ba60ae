"""Teams' databases follow the control tables: devices, key rings, rosters, forms; epochs at a revocation."""

import json
from datetime import date, time, timedelta

import msgspec
import orjson
import pytest
from joserfc.jwk import ECKey

from server.central.databases import databases_of, quarter
from server.central.documents import CentralDocument, DocumentType
from server.central.publication import publish_all, publish_team
from server.central.publisher import Central
from server.keys import jwe
from server.keys.errors import CannotOpen
from server.routes.services import Services
from server.store.control import EnrolmentState, RosterEntry, Stop
from server.store.planning import CampaignForm, CampaignSetting, StopMember, StopSlot
from sync.security import SERVER_ADMIN
from tests.support.organisation import FORM, NOON, Seeded, SlotKeys, make_device, make_slot

pytestmark = pytest.mark.anyio


async def found(services: Services, seeded: Seeded, kind: DocumentType, key: str) -> CentralDocument | None:
    asked = CentralDocument(kind, key, seeded.database, None)
    (document,) = await services.central.read(seeded.database, [asked])
    return document


def opened(document: CentralDocument | None, agreement: ECKey) -> dict[str, str]:
    """The team keys of a key ring, by epoch."""
    assert document is not None
    assert document.open is not None
    epochs = document.open["epochs"]
    return {epoch: json.loads(jwe.open_sealed(sealed, agreement))["kid"] for epoch, sealed in epochs.items()}


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 11, 23), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31)),
    ],
)
def test_a_period_is_a_calendar_quarter(day: date, first: date, last: date) -> None:
    assert quarter(day) == (first, last)


async def test_databases_admit_their_team_and_the_central_one_nobody(
    services: Services, seeded: Seeded
) -> None:
    team = await services.engine.security(seeded.database)
    central = await services.engine.security("central")
    role = f"team:{seeded.database}"
    assert team.to_json()["members"] == {"names": [], "roles": [role]}
    assert not central.is_member("device", {role})
    assert team.to_json()["admins"] == {"names": [], "roles": [SERVER_ADMIN]}


async def test_publishing_again_writes_nothing(services: Services, seeded: Seeded) -> None:
    slot = make_slot(services.store, make_device(services.store, seeded), seeded.doctor)
    assert slot.id
    assert await publish_all(services.central, services.forms) == 2
    assert await publish_all(services.central, services.forms) == 0


async def test_the_roster_is_sealed_and_says_where_and_on_which_form(
    services: Services, seeded: Seeded
) -> None:
    roster = await found(services, seeded, DocumentType.ROSTER, seeded.stop)
    assert roster is not None
    assert roster.open is None
    assert roster.sealed is not None
    assert roster.sealed["form"] == {"url": FORM[0], "version": FORM[1]}
    assert roster.sealed["stop"]["date"] == "2026-11-23"
    assert (roster.sealed["stop"]["opens"], roster.sealed["stop"]["closes"]) == ("09:00", "12:30")


async def test_the_roster_names_every_form_of_the_campaign_its_settings_the_theme_and_the_labels(
    services: Services, seeded: Seeded
) -> None:
    second = next(form for form in services.forms.values() if form.url != FORM[0] or form.version != FORM[1])
    url = f"{second.url}-bis" if second.url == FORM[0] else second.url
    forms = {**services.forms, (url, second.version): msgspec.structs.replace(second, url=url)}
    with services.store.session() as session:
        named = CampaignForm(campaign_id=seeded.campaign, url=url, version=second.version, position=1)
        absent = CampaignForm(campaign_id=seeded.campaign, url="urn:absent", version="1", position=2)
        value = CampaignSetting(
            campaign_id=seeded.campaign, form_url=url, link_id="questionnaire.threshold", value="3"
        )
        session.add_all([named, absent, value])
        stop = session.get_one(Stop, seeded.stop)
        stop.theme, stop.label_seed, stop.label_count = "respiratory", "AAAA", 24
    await publish_team(services.central, forms, seeded.team)
    roster = await found(services, seeded, DocumentType.ROSTER, seeded.stop)
    assert roster is not None
    assert roster.sealed is not None
    assert roster.sealed["forms"] == [
        {"url": FORM[0], "version": FORM[1], "title": services.forms[FORM].title},
        {"url": url, "version": second.version, "title": second.title},
    ]
    assert roster.sealed["settings"] == {url: {"questionnaire.threshold": 3}}
    assert roster.sealed["stop"]["theme"] == "respiratory"
    assert roster.sealed["stop"]["labels"] == {"seed": "AAAA", "count": 24}
    published = await found(services, seeded, DocumentType.FORM, f"{url}|{second.version}")
    assert published is not None
    assert published.open is not None
    assert published.open["digest"] == second.digest


async def test_the_form_is_published_with_the_text_its_digest_is_of(
    services: Services, seeded: Seeded
) -> None:
    form = await found(services, seeded, DocumentType.FORM, "|".join(FORM))
    assert form is not None
    assert form.open is not None
    assert form.open["digest"] == services.forms[FORM].digest
    assert orjson.loads(form.open["questionnaire"])["resourceType"] == "Questionnaire"


async def test_only_confirmed_slots_are_named_and_given_keys(services: Services, seeded: Seeded) -> None:
    device = make_device(services.store, seeded)
    confirmed = make_slot(services.store, device, seeded.doctor)
    pending = make_slot(services.store, device, seeded.nurse, EnrolmentState.PENDING)
    await publish_team(services.central, services.forms, seeded.team)
    document = await found(services, seeded, DocumentType.DEVICE, device.id)
    assert document is not None
    assert document.sealed is not None
    assert [signer["slot"] for signer in document.sealed["slots"]] == [confirmed.id]
    assert await found(services, seeded, DocumentType.KEYRING, pending.id) is None
    ring = await found(services, seeded, DocumentType.KEYRING, confirmed.id)
    assert opened(ring, confirmed.agreement) == {"1": f"{seeded.team}.1"}
    with pytest.raises(CannotOpen):
        opened(ring, pending.agreement)


async def test_a_revoked_device_opens_no_later_epoch_and_the_others_do(
    services: Services, seeded: Seeded
) -> None:
    lost, kept = (make_device(services.store, seeded) for _ in range(2))
    gone: SlotKeys = make_slot(services.store, lost, seeded.doctor)
    stays = make_slot(services.store, kept, seeded.nurse)
    await publish_team(services.central, services.forms, seeded.team)
    await services.enrolment.revoke_device(lost.id)

    document = await found(services, seeded, DocumentType.DEVICE, lost.id)
    assert document is not None
    assert document.open is not None
    assert document.sealed is not None
    assert document.open["status"] == "revoked"
    assert [signer["status"] for signer in document.sealed["slots"]] == ["revoked"]
    left = await found(services, seeded, DocumentType.KEYRING, gone.id)
    given = await found(services, seeded, DocumentType.KEYRING, stays.id)
    assert opened(left, gone.agreement) == {"1": f"{seeded.team}.1"}
    assert opened(given, stays.agreement) == {"1": f"{seeded.team}.1", "2": f"{seeded.team}.2"}
    assert given is not None
    assert given.open is not None
    assert given.open["current"] == 2


async def test_a_revoked_slot_starts_an_epoch_once(services: Services, seeded: Seeded) -> None:
    device = make_device(services.store, seeded)
    gone, stays = (make_slot(services.store, device, who) for who in (seeded.doctor, seeded.nurse))
    for _ in range(2):
        await services.enrolment.revoke_slot(gone.id)
    given = await found(services, seeded, DocumentType.KEYRING, stays.id)
    assert sorted(opened(given, stays.agreement)) == ["1", "2"]
    assert await found(services, seeded, DocumentType.KEYRING, gone.id) is None


async def test_a_tablet_enrolled_last_quarter_still_receives_key_rings_and_stops(
    services: Services, seeded: Seeded
) -> None:
    device = make_device(services.store, seeded)
    january = Central(services.store, services.engine, services.keys, lambda: NOON + timedelta(days=45))
    slot = make_slot(services.store, device, seeded.nurse)
    await publish_all(january, services.forms)
    assert await found(services, seeded, DocumentType.KEYRING, slot.id) is not None
    with services.store.session() as session:
        assert len(databases_of(session, seeded.team)) == 2


async def test_a_database_long_past_receives_nothing_more(services: Services, seeded: Seeded) -> None:
    device = make_device(services.store, seeded)
    june = Central(services.store, services.engine, services.keys, lambda: NOON + timedelta(days=200))
    slot = make_slot(services.store, device, seeded.nurse)
    await publish_all(june, services.forms)
    assert await found(services, seeded, DocumentType.KEYRING, slot.id) is None


async def test_a_roster_says_who_is_on_duty_which_slots_there_are_and_what_was_not_said(
    services: Services, seeded: Seeded
) -> None:
    with services.store.session() as session:
        session.add(StopMember(stop_id=seeded.stop, member_id=seeded.nurse))
        session.add(StopSlot(id="slot", stop_id=seeded.stop, starts=time(9, 20), minutes=20, emergency=True))
        session.add(
            RosterEntry(
                id="entry",
                stop_id=seeded.stop,
                slot_id="slot",
                expected_at=time(9, 20),
                birth_name="ESSAI",
                first_name="",
                booking="",
                cancelled=True,
            )
        )
    await publish_team(services.central, services.forms, seeded.team)
    document = await found(services, seeded, DocumentType.ROSTER, seeded.stop)
    assert document is not None
    assert document.sealed is not None
    stop = document.sealed["stop"]
    assert stop["on_duty"] == [{"member": seeded.nurse, "name": "Noé Essai", "profession": "infirmier"}]
    assert stop["slots"] == [{"id": "slot", "starts": "09:20", "minutes": 20, "emergency": True}]
    assert stop["cancelled"] is False
    assert document.sealed["expected"] == [
        {
            "id": "entry",
            "slot": "slot",
            "time": "09:20",
            "birth_name": "ESSAI",
            "first_name": None,
            "birth_date": None,
            "sex": None,
            "commune": None,
            "phone": None,
            "booking": None,
            "person": None,
            "cancelled": True,
        }
    ]
