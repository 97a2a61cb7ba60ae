"""A form published here is signed, kept unchanged, and believed only while both hold."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select, update

from forms.errors import FormChanged
from forms.registry import Registry
from server.central import published_forms
from server.central.documents import DocumentType
from server.central.form_watch import FormWatch
from server.central.published_forms import MeaningChanged
from server.keys.organisation import OrganisationKeys, generate
from server.routes.services import Services
from server.store.control import Campaign
from server.store.database import Store
from server.store.planning import PublishedForm
from tests.server.central.test_publication import found
from tests.support.organisation import FORM, NOON, Seeded
from tests.support.published import another, bytes_of, registry_put_back


@pytest.fixture
def registry() -> Iterator[Registry]:
    with registry_put_back() as process:
        yield process


def publish(store: Store, keys: OrganisationKeys, registry: Registry, version: str = "1.1.1") -> None:
    with store.session() as session:
        assert published_forms.publish(session, keys, registry, another(version), NOON)


def test_what_is_published_is_known_to_every_process_that_loads(
    store: Store, organisation_keys: OrganisationKeys, registry: Registry
) -> None:
    publish(store, organisation_keys, registry)
    assert (FORM[0], "1.1.1") not in registry
    (form,) = published_forms.load(store, organisation_keys, registry)
    assert registry[FORM[0], "1.1.1"].digest == form.digest == another("1.1.1").digest
    assert published_forms.load(store, organisation_keys, registry) == []


def test_the_same_bytes_again_change_nothing(
    store: Store, organisation_keys: OrganisationKeys, registry: Registry
) -> None:
    publish(store, organisation_keys, registry)
    published_forms.load(store, organisation_keys, registry)
    with store.session() as session:
        assert not published_forms.publish(session, organisation_keys, registry, another("1.1.1"), NOON)
        assert not published_forms.publish(session, organisation_keys, registry, registry[FORM], NOON)
        assert len(session.exec(select(PublishedForm)).all()) == 1


@pytest.mark.parametrize("version", ["1.0.0", "1.1.1"])
def test_other_bytes_of_a_published_version_are_refused(
    store: Store, organisation_keys: OrganisationKeys, registry: Registry, version: str
) -> None:
    publish(store, organisation_keys, registry)
    published_forms.load(store, organisation_keys, registry)
    changed = another(version, publisher="Quelqu’un d’autre")
    with store.session() as session, pytest.raises(FormChanged):
        published_forms.publish(session, organisation_keys, registry, changed, NOON)


def test_a_linkid_that_changes_type_is_refused(
    store: Store, organisation_keys: OrganisationKeys, registry: Registry
) -> None:
    document = json.loads(bytes_of("1.2.0"))
    (vitals,) = (section for section in document["item"] if section["linkId"] == "vitals")
    rate = next(item for item in vitals["item"] if item["linkId"] == "vitals.hr")
    for extension in rate["extension"]:
        if extension["url"].endswith("questionnaire-unit"):
            extension["valueCoding"] |= {"code": "Hz", "display": "Hz"}
    later = another("1.2.0", item=document["item"])
    with store.session() as session, pytest.raises(MeaningChanged) as refused:
        published_forms.publish(session, organisation_keys, registry, later, NOON)
    (defect,) = refused.value.defects
    assert (defect.link_id, defect.reason.english) == ("vitals.hr", "unit was /min, not Hz")


def test_a_row_stays_as_it_was_published(
    store: Store, organisation_keys: OrganisationKeys, registry: Registry
) -> None:
    publish(store, organisation_keys, registry)
    for statement in ("UPDATE published_form SET content = ''", "DELETE FROM published_form"):
        with pytest.raises(DatabaseError), store.session() as session:
            session.connection().execute(text(statement))


@pytest.mark.parametrize("forged", ["signature", "content", "digest"])
def test_what_the_organisation_did_not_sign_is_no_form(
    sqlite_store: Store, organisation_keys: OrganisationKeys, registry: Registry, forged: str
) -> None:
    signer = generate(organisation_keys.organisation) if forged == "signature" else organisation_keys
    publish(sqlite_store, signer, registry)
    with sqlite_store.session() as session:
        session.connection().execute(text("DROP TRIGGER published_form_not_changed"))
        values = {
            "signature": {},
            "content": {"content": another("1.1.1", publisher="Quelqu’un d’autre").text},
            "digest": {"version": "1.1.2"},
        }[forged]
        if values:
            session.exec(update(PublishedForm).where(col(PublishedForm.url) == FORM[0]).values(**values))
    assert published_forms.load(sqlite_store, organisation_keys, registry) == []
    assert len(registry) == len(set(registry) - {(FORM[0], "1.1.1"), (FORM[0], "1.1.2")})


@pytest.mark.anyio
async def test_a_running_server_tells_its_teams_of_what_another_process_published(
    services: Services, seeded: Seeded, registry: Registry
) -> None:
    watch = FormWatch(services.central, registry)
    assert await watch.look()
    assert not await watch.look()
    publish(services.store, services.keys, registry)
    with services.store.session() as session:
        session.get_one(Campaign, seeded.campaign).form_version = "1.1.1"
    assert await watch.look()
    form = await found(services, seeded, DocumentType.FORM, f"{FORM[0]}|1.1.1")
    earlier = await found(services, seeded, DocumentType.FORM, "|".join(FORM))
    roster = await found(services, seeded, DocumentType.ROSTER, seeded.stop)
    assert form is not None
    assert form.open is not None
    assert form.open["digest"] == another("1.1.1").digest
    assert earlier is not None, "drafts begun on it need it"
    assert roster is not None
    assert roster.sealed is not None
    assert roster.sealed["form"] == {"url": FORM[0], "version": "1.1.1"}
