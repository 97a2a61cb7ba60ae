"""A tablet written in Python: it enrols, asks for slots, gets tokens and replicates, as the PWA does."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.jwk import ECKey

from server.central.documents import TYP, DocumentType
from server.enrolment.cards import CardOrder
from server.enrolment.claims import AUDIENCE
from server.identifiers import new_uuid, sha256_hex
from server.keys import jws
from server.keys.public import import_public, public_jwk
from server.routes.services import Services
from server.store.control import DeviceKind
from tests.support.organisation import Seeded, SlotKeys
from tests.support.records import SealedRecord


def card_of(link: str) -> dict[str, Any]:
    """What an enrolment link's fragment says (wire §6)."""
    fragment = urlsplit(link).fragment.removeprefix("e=")
    card: dict[str, Any] = json.loads(base64.urlsafe_b64decode(fragment + "=" * (-len(fragment) % 4)))
    return card


class Tablet:
    """One tablet's identity and its calls; ``http`` is a client whose base address is the server's origin.

    ``kind`` makes it a hub, which enrols alike.
    """

    def __init__(self, http: httpx.AsyncClient, kind: DeviceKind = DeviceKind.TABLET) -> None:
        self.http = http
        self.kind = kind
        self.id = new_uuid()
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.secret = ""
        self.token = ""
        self.database = ""

    def prove(self, claims: Mapping[str, str], key: ECKey | None = None) -> str:
        """Sign a proof with the device key, or another."""
        return jws.sign(json.dumps(claims).encode(), key or self.key, "JWT")

    def redemption(self, link: str, **changed: Any) -> dict[str, Any]:
        """The body that presents a card; ``changed`` replaces members: forgeries."""
        secret = card_of(link)["s"]
        return {
            "secret": secret,
            "device": self.id,
            "key": public_jwk(self.key),
            "label": "Tablette d’essai",
            "proof": self.prove({"secret_digest": sha256_hex(secret), "device": self.id}),
            **({} if self.kind is DeviceKind.TABLET else {"kind": self.kind}),
            **changed,
        }

    async def redeem(self, link: str, **changed: Any) -> httpx.Response:
        """Present a card."""
        self.secret = card_of(link)["s"]
        return await self.http.post("/api/enrolments/redeem", json=self.redemption(link, **changed))

    async def status(self) -> httpx.Response:
        """Ask where the enrolment stands."""
        body = {"secret": self.secret, "device": self.id}
        return await self.http.post("/api/enrolments/status", json=body)

    async def assertion(self, **changed: str) -> str:
        """Ask for a challenge and sign it."""
        answer = await self.http.post("/api/device/nonce", json={"device": self.id})
        drawn = answer.json()
        claims = {"nonce": drawn["nonce"], "device": self.id, "audience": AUDIENCE, "node": drawn["instance"]}
        return self.prove({**claims, **changed})

    async def sign_in(self) -> httpx.Response:
        """Exchange a signed challenge for a token, and keep it."""
        answer = await self.http.post("/api/device/token", json={"assertion": await self.assertion()})
        self.token = answer.json().get("token", "")
        return answer

    @property
    def bearer(self) -> dict[str, str]:
        """The header that carries the token."""
        return {"authorization": f"Bearer {self.token}"}

    async def facts(self) -> dict[str, Any]:
        """Ask what an enrolled tablet must know; keeps the database."""
        answer = await self.http.get("/api/device", headers=self.bearer)
        facts: dict[str, Any] = answer.raise_for_status().json()
        self.database = facts["database"]
        return facts

    def slot_request(self, member: str, **changed: Any) -> tuple[SlotKeys, dict[str, Any]]:
        """Make a slot's keys, and the body that asks for it."""
        signing, agreement = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
        slot = SlotKeys(new_uuid(), self.id, member, signing, agreement)
        claims = {
            "slot": slot.id,
            "member": member,
            "device": self.id,
            "agreement_thumbprint": agreement.thumbprint(),
        }
        body = {
            "slot": slot.id,
            "member": member,
            "signing_key": public_jwk(signing),
            "agreement_key": public_jwk(agreement),
            "proof": self.prove(claims, signing),
            **changed,
        }
        return slot, body

    async def ask_slot(self, member: str, **changed: Any) -> tuple[SlotKeys, httpx.Response]:
        """Make a slot's keys and ask for it."""
        slot, body = self.slot_request(member, **changed)
        return slot, await self.http.post("/api/slots", json=body, headers=self.bearer)

    async def link_proof(self, slot: SlotKeys, visit: str, stop: str, /, **changed: Any) -> str:
        """Ask for a challenge and sign a request for a remote doctor's link, as an open vault does."""
        answer = await self.http.post("/api/device/nonce", json={"device": self.id})
        claims = {
            "v": 1,
            "purpose": "remote-link",
            "device": self.id,
            "slot": slot.id,
            "member": slot.member,
            "visit": visit,
            "stop": stop,
            "nonce": answer.json()["nonce"],
            **changed,
        }
        return jws.sign(json.dumps(claims).encode(), slot.signing, "escale-remote-link+jws")

    async def push(self, records: Sequence[SealedRecord]) -> httpx.Response:
        """Send envelopes as replication does."""
        return await self.push_documents([record.envelope.document for record in records])

    async def push_documents(
        self, documents: Sequence[Mapping[str, Any]], *, new_edits: bool = False
    ) -> httpx.Response:
        """Send any documents, as replication does or as edits."""
        body = {"new_edits": new_edits, "docs": documents}
        return await self.http.post(f"/sync/{self.database}/_bulk_docs", json=body, headers=self.bearer)

    async def pull(self) -> list[dict[str, Any]]:
        """Return every document of the team's database."""
        answer = await self.http.get(
            f"/sync/{self.database}/_changes", params={"include_docs": "true"}, headers=self.bearer
        )
        return [change["doc"] for change in answer.raise_for_status().json()["results"]]

    async def receipts(self) -> dict[str, dict[str, Any]]:
        """Return what the organisation signed of each envelope: the open parts of receipts (wire §4)."""
        signing_key = import_public((await self.facts())["organization"]["signing_key"])
        signed = [doc["jws"] for doc in await self.pull() if "jws" in doc]
        payloads = [json.loads(jws.verify(compact, signing_key, TYP)) for compact in signed]
        return {each["key"]: each["open"] for each in payloads if each["type"] == DocumentType.RECEIPT}


async def redeemed_tablet(http: httpx.AsyncClient, services: Services, team: Seeded) -> Tablet:
    """A tablet that presented a card of the team and waits to be confirmed."""
    tablet = Tablet(http)
    card = await services.enrolment.issue_card(CardOrder(team.team, team.campaign, "Tablette d’essai"))
    (await tablet.redeem(card.link)).raise_for_status()
    return tablet


async def enrolled_tablet(http: httpx.AsyncClient, services: Services, team: Seeded) -> Tablet:
    """A tablet of the team, confirmed and signed in."""
    tablet = await redeemed_tablet(http, services, team)
    await services.enrolment.confirm_device(tablet.id)
    (await tablet.sign_in()).raise_for_status()
    await tablet.facts()
    return tablet


async def confirmed_slot(tablet: Tablet, services: Services, member: str) -> SlotKeys:
    """A member's confirmed place on a tablet."""
    slot, asked = await tablet.ask_slot(member)
    asked.raise_for_status()
    await services.enrolment.confirm_slot(slot.id)
    return slot
