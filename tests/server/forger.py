"""Somebody of the team who forges a colleague's record, with all that a tablet holds."""

import json
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey, OctKey
from joserfc.util import json_b64decode, json_b64encode, urlsafe_b64encode

from server.envelope.seal import Envelope, seal, seal_plaintext, sign, wrap
from server.envelope.verify import RECORD_TYPE
from server.keys import jws
from server.keys.organisation import OrganisationKeys
from server.keys.public import import_public
from server.store.control import EnrolmentState
from server.store.database import Store
from tests.support.organisation import NOON, Seeded, make_device, make_slot
from tests.support.records import Flat, RecordWriter, SealedRecord

PLAINTEXT_SIZE = 2048


class Forger:
    """One forgery's actors: a nurse and her record, a doctor on her tablet, the same doctor on another."""

    def __init__(self, store: Store, keys: OrganisationKeys, seeded: Seeded, other: Seeded) -> None:
        self.keys, self.seeded, self.other = keys, seeded, other
        shared, own, foreign = [make_device(store, team) for team in (seeded, seeded, other)]
        self.nurse = make_slot(store, shared, seeded.nurse)
        self.beside = make_slot(store, shared, seeded.doctor)
        self.doctor = make_slot(store, own, seeded.doctor)
        self.unconfirmed = make_slot(store, own, seeded.doctor, EnrolmentState.PENDING)
        self.neighbour = make_slot(store, foreign, other.doctor)
        self.record: SealedRecord = RecordWriter(seeded, keys).record(self.nurse)

    def sealed(self, compact: str) -> Envelope:
        """Wrap a JWS, whoever signed it, as the team does."""
        return seal(compact, self.seeded.ring.current, import_public(self.keys.encryption_key))

    def resigned(self, **changed: Any) -> Envelope:
        """The nurse's payload, altered and signed by the doctor on another tablet."""
        return self.sealed(sign({**self.record.payload, **changed}, self.doctor.signing))

    def appropriated(self, **changed: Any) -> Envelope:
        """The nurse's answers under the doctor's own names and signature."""
        own = {"device": self.doctor.device, "slot": self.doctor.id, "member": self.doctor.member}
        return self.resigned(**own, **changed)

    def grafted(self, **changed: Any) -> Envelope:
        """The nurse's signature under an altered payload."""
        header, _, signature = self.record.compact.split(".")
        payload = json_b64encode({**self.record.payload, **changed}).decode()
        return self.sealed(f"{header}.{payload}.{signature}")

    def headed(self, **header: str) -> Envelope:
        """The nurse's payload and signature under another protected header."""
        _, payload, signature = self.record.compact.split(".")
        named = {"alg": "ES256", "typ": RECORD_TYPE, "kid": self.nurse.signing.thumbprint(), **header}
        return self.sealed(f"{json_b64encode(named).decode()}.{payload}.{signature}")

    def headed_by(self, header: str) -> Envelope:
        """The nurse's payload and signature under any text as a protected header."""
        _, payload, signature = self.record.compact.split(".")
        return self.sealed(f"{urlsafe_b64encode(header.encode()).decode()}.{payload}.{signature}")

    def typed(self, typ: str) -> Envelope:
        """What the doctor signed as something else than a record."""
        payload = json.dumps(self.record.payload).encode()
        return self.sealed(jws.sign(payload, self.doctor.signing, typ))

    def written(self, answers: Flat | None = None, **changed: Any) -> Envelope:
        """The first record of the doctor's own tablet, with members of the payload replaced."""
        return RecordWriter(self.seeded, self.keys).record(self.doctor, answers, **changed).envelope

    def containing(self, content: str) -> Envelope:
        """The doctor's own record, well signed, around any JSON text as its content."""
        own = {"device": self.doctor.device, "slot": self.doctor.id, "member": self.doctor.member}
        payload = json.dumps({**self.record.payload, **own, "content": "CONTENT"})
        signed = payload.replace('"CONTENT"', content).encode()
        return self.sealed(jws.sign(signed, self.doctor.signing, RECORD_TYPE))

    def branching(self, depth: int) -> Envelope:
        """The doctor's own record, well signed, whose answers are groups within groups."""
        record = RecordWriter(self.seeded, self.keys).record(self.doctor)
        content = json.loads(json.dumps(record.payload["content"]))
        response = next(
            each for each in _resources(content) if each["resourceType"] == "QuestionnaireResponse"
        )
        for _ in range(depth):
            response["item"] = [{"linkId": "identity", "item": response["item"]}]
        return self.sealed(sign({**record.payload, "content": content}, self.doctor.signing))

    def written_for(self, visit_day: datetime) -> Envelope:
        """A record signed now, of a visit on another day."""
        record = RecordWriter(self.seeded, self.keys).record(self.doctor, signed_at=visit_day)
        now = NOON.isoformat(timespec="milliseconds")
        return self.sealed(sign({**record.payload, "signed_at": now}, self.doctor.signing))

    def second(self, *, beside: bool = False) -> Envelope:
        """Another content for the sequence of the nurse's record, by her or by the doctor on her tablet."""
        return RecordWriter(self.seeded, self.keys).record(self.beside if beside else self.nurse).envelope

    def unknown_signer(self) -> Envelope:
        """The nurse's payload, signed by a key that no slot has."""
        return self.sealed(sign(self.record.payload, ECKey.generate_key("P-256", auto_kid=True)))

    def pending_signer(self) -> Envelope:
        """A record by a slot that no coordinator confirmed."""
        return RecordWriter(self.seeded, self.keys).record(self.unconfirmed).envelope

    def outsider(self) -> Envelope:
        """A record in the team's name, signed by somebody of another team on that team's tablet."""
        return RecordWriter(self.seeded, self.keys).record(self.neighbour).envelope

    def labelled(self, key_id: str) -> Envelope:
        """The nurse's record, sealed to a team key that goes by another name."""
        secret = {**self.seeded.ring.current.as_dict(private=True), "kid": key_id}
        return seal(self.record.compact, OctKey.import_key(secret), import_public(self.keys.encryption_key))

    def elsewhere(self) -> Envelope:
        """The nurse's record, sealed to a key that is no organisation's here."""
        stranger = ECKey.generate_key("P-256", auto_kid=True)
        return seal(self.record.compact, self.seeded.ring.current, stranger)

    def damaged(self) -> Envelope:
        """The nurse's envelope with its ciphertext altered, under the id that this text has."""
        return wrap(self.record.envelope.jwe.replace('"ciphertext":"', '"ciphertext":"A', 1))

    def badly_padded(self) -> Envelope:
        """An envelope that opens onto a length and no deflated text."""
        plaintext = (12).to_bytes(4, "big").ljust(PLAINTEXT_SIZE, b"\xff")
        return seal_plaintext(plaintext, self.seeded.ring.current, import_public(self.keys.encryption_key))


def _resources(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in content["entry"]]


def unsigned(compact: str) -> str:
    """Return a JWS or a JWT with ``alg`` ``none`` and no signature."""
    return f"{json_b64encode({'alg': 'none'}).decode()}.{compact.split('.')[1]}."


def with_claims(token: str, **claims: Any) -> str:
    """Return a token whose claims are altered under its old signature."""
    header, payload, signature = token.split(".")
    altered = {**json_b64decode(payload.encode()), **claims}
    return f"{header}.{json_b64encode(altered).decode()}.{signature}"
