"""The whole application with something behind every address, and everybody who may call it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from server.auth import sessions
from server.enrolment.cards import CardOrder
from server.keys.organisation import OrganisationKeys
from server.routes.services import Services
from server.routes.web_login import LOGIN_FORM_COOKIE
from server.routes.web_router import STATIC
from server.routes.web_session import cookie_name
from server.satisfaction import posters
from server.store.database import Store
from server.store.people import VisitIdentity
from tests.server.planned import forms, plan
from tests.server.web.browser import PASSWORD, give_password
from tests.support.afterwards import clock_finding, issued_letter, task_handle
from tests.support.organisation import DAY, NOON, Seeded, SlotKeys, seed_team
from tests.support.photos import jpeg, photo_notices
from tests.support.records import RecordWriter, SealedRecord
from tests.support.reports import frozen_report, typed_indicator
from tests.support.tablet import Tablet, confirmed_slot, enrolled_tablet, redeemed_tablet

ROLES = (
    "anonymous",
    "enrolled device",
    "device of another team",
    "revoked device",
    "administrative coordinator",
    "clinical coordinator",
)
_CHOSEN = PASSWORD + " frais"
_PLEASED = {
    "satisfaction.about": "bus",
    "shown": "satisfaction.about satisfaction.overall satisfaction.privacy satisfaction.comment",
}


@dataclass(frozen=True)
class Place:
    """A running application, the tablets that call it, what its addresses name and the bodies they take.

    ``addressed`` gives what stands for each name in braces of an address; ``bodies`` is by method and address
    as the table writes them.
    """

    http: httpx.AsyncClient
    services: Services
    seeded: Seeded
    other: Seeded
    tablets: Mapping[str, Tablet]
    slots: Mapping[str, SlotKeys]
    addressed: Mapping[str, str]
    bodies: Mapping[str, Mapping[str, Any]]

    @classmethod
    async def furnish(cls, http: httpx.AsyncClient, services: Services, seeded: Seeded) -> "Place":
        """Enrol tablets of two teams, leave others waiting, integrate a record of each team."""
        other = _second_team(services.store, services.keys)
        for member in (seeded.administrative, seeded.clinical, other.clinical):
            give_password(services.store, member)
        tablets = {
            "enrolled device": await enrolled_tablet(http, services, seeded),
            "device of another team": await enrolled_tablet(http, services, other),
            "revoked device": await enrolled_tablet(http, services, seeded),
        }
        ours, theirs, revoked = tablets.values()
        slot = await confirmed_slot(ours, services, seeded.nurse)
        writer = RecordWriter(seeded, services.keys)
        pushed, bulk, single = [writer.record(slot) for _ in range(3)]
        (photo,) = photo_notices(writer, slot, pushed.payload["visit"], jpeg())
        their_slot = await confirmed_slot(theirs, services, other.nurse)
        their_record = RecordWriter(other, services.keys).record(their_slot)
        await ours.push([pushed, photo])
        await theirs.push([their_record])
        await services.projection.caught_up()
        await services.enrolment.revoke_device(revoked.id)
        addressed = {
            "slot": slot.id,
            "taken": (await confirmed_slot(ours, services, seeded.nurse)).id,
            "asked": (await ours.ask_slot(seeded.nurse))[0].id,
            "unasked": (await ours.ask_slot(seeded.nurse))[0].id,
            "device": ours.id,
            "other_device": theirs.id,
            "waiting": (await redeemed_tablet(http, services, seeded)).id,
            "unwanted": (await redeemed_tablet(http, services, seeded)).id,
            "lost": (await enrolled_tablet(http, services, seeded)).id,
            "database": seeded.database,
            "other_database": other.database,
            "record": pushed.digest,
            "photo": photo.payload["photo"],
            "other_record": their_record.digest,
            "person": _person_of(services.store, pushed),
            "envelope": pushed.envelope.identifier,
            "revision": pushed.envelope.revision,
            "new_envelope": single.envelope.identifier,
            "attachment": "photo.jpg",
            "checkpoint": "abc",
            "design": "views",
            "file": "index.html",
            "static": next(each.name for each in sorted(STATIC.iterdir()) if each.suffix == ".css"),
            "language": "fr",
            "nothing": "nothing",
            "task": task_handle(pushed),
            "other_task": task_handle(their_record),
            "letter": issued_letter(services.store, services.forms, pushed),
            "other_letter": issued_letter(services.store, services.forms, their_record),
            "report": frozen_report(services.store, seeded),
            "other_report": frozen_report(services.store, other),
            "kind": "csv",
            "indicator": typed_indicator(services.store),
            "professional": seeded.nurse,
            "other_professional": other.nurse,
            "month": "2026-11",
            "item": clock_finding(services.store, seeded.database),
            "other_item": clock_finding(services.store, other.database),
        }
        slots = {"enrolled device": slot, "device of another team": their_slot}
        link = await _remote_link(ours, slot, seeded, pushed)
        addressed |= {"link": link["id"], "secret": link["url"].rsplit("/", 1)[1]}
        with services.store.session() as session:
            poster = posters.create(session, seeded.campaign, "Le bus", seeded.clinical, NOON)
        addressed |= {"poster": poster.address, "poster_id": poster.id}
        planned, others_plan = plan(services.store, seeded), plan(services.store, other)
        addressed |= {
            **planned.addressed,
            "stop": seeded.stop,
            "campaign": seeded.campaign,
            "team": seeded.team,
            "other_stop": other.stop,
            "other_team": other.team,
            **{f"other_{name}": found for name, found in others_plan.addressed.items()},
        }
        bodies = {
            **_replication_bodies(pushed, bulk, single),
            **_forms(seeded, other),
            **forms(seeded),
            "POST /api/remote-links": _link_body(seeded, bulk),
            "POST /api/satisfaction": {"responses": ["a.b.c.d.e"]},
            "POST /satisfaction/{poster}": _PLEASED,
            "POST /coordination/satisfaction/saisie": {
                **_PLEASED,
                "campaign": seeded.campaign,
                "day": DAY.isoformat(),
            },
            "POST /coordination/satisfaction/affiches": {"campaign": seeded.campaign, "place": "Le bus"},
            "POST /avis/{secret}/code": {"code": link["code"]},
        }
        return cls(http, services, seeded, other, tablets, slots, addressed, bodies)

    async def status(self, role: str, method: str, address: str) -> int:
        """Send one request as a role, with a valid body, and return its status."""
        headers, form_token = self._credentials(role)
        sent: dict[str, Any] = {}
        if method in ("POST", "PUT"):
            body = await self._body(role, f"{method} {address}")
            is_form = address.startswith(("/coordination", "/avis", "/satisfaction"))
            sent = {"data": {"form_token": form_token, **body}} if is_form else {"json": body}
        self.http.cookies.clear()  # What one answer sets stays out of the next request.
        target = address.format(**self.addressed)
        return (await self.http.request(method, target, headers=headers, **sent)).status_code

    def _credentials(self, role: str) -> tuple[dict[str, str], str]:
        """Return a role's headers and the token of its forms; a coordinator's session is begun for it."""
        coordinators = {
            "administrative coordinator": self.seeded.administrative,
            "clinical coordinator": self.seeded.clinical,
        }
        if role not in coordinators:
            bearer = self.tablets[role].bearer if role in self.tablets else {}
            return {**bearer, **_cookies({LOGIN_FORM_COOKIE: "drawn"})}, "drawn"
        with self.services.store.session() as session:
            secret = sessions.begin(session, coordinators[role], NOON)
            session.flush()
            coordinator = sessions.find(session, secret, NOON)
        assert coordinator is not None
        held = {cookie_name(self.services): secret, LOGIN_FORM_COOKIE: coordinator.form_token}
        return _cookies(held), coordinator.form_token

    async def _body(self, role: str, row: str) -> Mapping[str, Any]:
        """Return a valid body; what a tablet proves in it is proven by the role's own, if it has one."""
        tablet = self.tablets.get(role, self.tablets["enrolled device"])
        match row:
            case "POST /api/enrolments/redeem":
                order = CardOrder(self.seeded.team, self.seeded.campaign, "Tablette d’essai")
                card = await self.services.enrolment.issue_card(order)
                return Tablet(self.http).redemption(card.link)
            case "POST /api/enrolments/status":
                return {"secret": tablet.secret, "device": tablet.id}
            case "POST /api/device/nonce":
                return {"device": tablet.id}
            case "POST /api/device/token":
                return {"assertion": await tablet.assertion()}
            case "POST /api/hub/certificate":
                return {"csr": "none"}
            case "POST /api/slots":
                team = self.other if role == "device of another team" else self.seeded
                return tablet.slot_request(team.doctor)[1]
            case "POST /api/remote-links":
                slot, asked = self.slots.get(role, self.slots["enrolled device"]), self.bodies[row]
                return {**asked, "proof": await tablet.link_proof(slot, asked["visit"], asked["stop"])}
            case _:
                return self.bodies.get(row, {})


def _link_body(team: Seeded, record: SealedRecord) -> dict[str, Any]:
    return {"visit": record.payload["visit"], "stop": team.stop, "physician": None}


async def _remote_link(tablet: Tablet, slot: SlotKeys, team: Seeded, record: SealedRecord) -> dict[str, Any]:
    body = _link_body(team, record)
    body["proof"] = await tablet.link_proof(slot, body["visit"], body["stop"])
    asked = await tablet.http.post("/api/remote-links", json=body, headers=tablet.bearer)
    told: dict[str, Any] = asked.raise_for_status().json()
    return told


def _replication_bodies(
    pushed: SealedRecord, bulk: SealedRecord, single: SealedRecord
) -> dict[str, Mapping[str, Any]]:
    revisions = {pushed.envelope.identifier: [pushed.envelope.revision]}
    return {
        "POST /sync/{database}": single.envelope.document,
        "POST /sync/{database}/_all_docs": {"keys": [pushed.envelope.identifier]},
        "POST /sync/{database}/_bulk_docs": {"new_edits": False, "docs": [bulk.envelope.document]},
        "POST /sync/{database}/_bulk_get": {"docs": [{"id": pushed.envelope.identifier}]},
        "POST /sync/{database}/_missing_revs": revisions,
        "POST /sync/{database}/_revs_diff": revisions,
        "PUT /sync/{database}/_security": {"members": {"roles": [], "names": []}},
        "PUT /sync/{database}/{new_envelope}?new_edits=false": single.envelope.document,
        "PUT /sync/{database}/_local/{checkpoint}": {"last_seq": "0"},
        "PUT /sync/{database}/_design/{design}": {"language": "javascript"},
    }


def _forms(seeded: Seeded, other: Seeded) -> dict[str, Mapping[str, Any]]:
    decision = {"verdict": "validated"}
    return {
        "POST /coordination/connexion": {
            "login": f"clinical_coordinator-{other.team}",
            "password": PASSWORD,
        },
        "POST /coordination/fiches/{record}/motif": {"message": "Contrôle de la fiche"},
        "POST /coordination/fiches/{other_record}/motif": {"message": "Contrôle de la fiche"},
        "POST /coordination/fiches/{record}/decision": decision,
        "POST /coordination/fiches/{other_record}/decision": decision,
        "POST /coordination/suivis/{task}": {"outcome": "en_attente"},
        "POST /coordination/fiches/{record}/courrier": {
            "recipient": "Dr Martin",
            "object": "Compte rendu",
        },
        "POST /coordination/courriers/{letter}/envois": {
            "channel": "mssante",
            "recipient": "Dr Martin",
            "day": DAY.isoformat(),
        },
        "POST /coordination/rapports": {
            "titre": "Rapport d’essai",
            "du": DAY.isoformat(),
            "au": DAY.isoformat(),
        },
        "POST /coordination/indicateurs/{indicator}": {"libelle": "Satisfaction"},
        "POST /coordination/tablettes/cartes": {
            "team": seeded.team,
            "campaign": seeded.campaign,
            "label": "Tablette du bus",
        },
        "POST /coordination/mot-de-passe": {"current": PASSWORD, "chosen": _CHOSEN, "repeated": _CHOSEN},
    }


def _person_of(store: Store, record: SealedRecord) -> str:
    with store.session() as session:
        key = record.payload["visit"], record.payload["team"]
        return session.get_one(VisitIdentity, key).person_key


def _cookies(held: Mapping[str, str]) -> dict[str, str]:
    return {"cookie": "; ".join(f"{name}={value}" for name, value in held.items())}


def _second_team(store: Store, keys: OrganisationKeys) -> Seeded:
    with store.session() as session:
        return seed_team(session, keys, DAY, "Équipe voisine")
