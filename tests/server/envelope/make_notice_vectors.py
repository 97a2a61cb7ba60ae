"""Writes the vectors of notices and of restricted records (wire §2.2, §2.3), for the tablet's library too.

Run ``python -m tests.server.envelope.make_notice_vectors`` after ``good.json`` and ``keys.json`` were made
again. The slots' agreement keys are kept from one run to the next; delete ``slots.json`` to draw others.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, OctKey

from server.envelope.seal import record_digest, seal, sign

VECTORS = Path(__file__).parents[2] / "vectors" / "envelope"
AT = "2026-11-23T10:12:30.456+01:00"
VISIT = "2a4c52a3-e867-46c4-a067-0a041aece48c"
PHOTO = "7d1f8a52-0e0b-4d56-8f0b-6f3f2c8f9d10"
DIGEST = hashlib.sha256(b"image").hexdigest()
_RECORD_MEMBERS = ("visit", "form", "evaluator", "replaces", "content")

Members = dict[str, Any]


class Author:
    """The keys of the vectors, and the members that every payload has."""

    def __init__(self) -> None:
        keys = json.loads((VECTORS / "keys.json").read_text())
        self.record: Members = json.loads((VECTORS / "good.json").read_text())["cases"][0]["payload"]
        self.common = {name: value for name, value in self.record.items() if name not in _RECORD_MEMBERS}
        self._organisation = ECKey.import_key(keys["organization"]["encryption_key"])
        self._team = OctKey.import_key(keys["team_keys"][-1])
        slots = [each["slot"] for each in keys["signers"]]
        self._agreement = {slot: ECKey.import_key(jwk) for slot, jwk in _slots(slots).items()}
        self._signing = {each["slot"]: ECKey.import_key(each["signing_key"]) for each in keys["signers"]}
        self.own = self.common["slot"]
        self.colleague = next(slot for slot in slots if slot != self.own)

    def case(self, name: str, payload: Members, to: str | None = None) -> Members:
        """Sign a payload and seal it to the team, or to the slot ``to``."""
        compact = sign(payload, self._signing[self.own])
        first = self._agreement[to] if to else self._team
        document = seal(compact, first, self._organisation).document
        return {"name": name, "document": document, "record": record_digest(compact), "payload": payload}

    def notice(self, name: str, kind: str, members: Members, to: str | None = None) -> Members:
        """Seal a notice."""
        return self.case(name, {**self.common, "kind": kind, **members}, to)


def _slots(names: list[str]) -> dict[str, Any]:
    path = VECTORS / "slots.json"
    if not path.exists():
        drawn = {name: ECKey.generate_key("P-256").as_dict(private=True) for name in names}
        _write(path.name, {"warning": "TEST ONLY. These keys are public.", "agreement_keys": drawn})
    keys: dict[str, Any] = json.loads(path.read_text())["agreement_keys"]
    return keys


def main() -> None:
    """Write ``notices.json``, ``restricted.json`` and ``bad-notices.json``."""
    author = Author()
    good = [author.notice(*case) for case in good_notices()]
    photo = {**PHOTO_MEMBERS, "restricted": True}
    restricted = [
        author.case("a restricted record", {**author.record, "restricted": True}, author.own),
        author.notice("a piece of a restricted photo", "photo", photo, author.own),
    ]
    _write("notices.json", {"cases": good})
    _write("restricted.json", {"cases": restricted})
    bad = [
        *({**author.notice(*case), "failure": "payload-invalid"} for case in bad_notices()),
        *({**case, "failure": "restriction-mismatch"} for case in _mismatches(author)),
    ]
    _write("bad-notices.json", {"cases": [_without_truth(case) for case in bad]})


def good_notices() -> list[tuple[str, str, Members]]:
    """Return a name, a kind and its members, of every kind and every bound."""
    return [
        *((f"attendance, {status}", "attendance", {**ATTENDANCE, "status": status}) for status in STATUSES),
        (
            "attendance of a walk-in, with what is known of the person",
            "attendance",
            {**ATTENDANCE, "walk_in": True, "person": PERSON, "reason": "Sans rendez-vous"},
        ),
        ("attendance with the longest reason", "attendance", {**ATTENDANCE, "reason": "é" * 200}),
        ("co-signature of one record", "cosignature", {"records": [COSIGNED]}),
        ("co-signature of two hundred records", "cosignature", {"records": _cosigned(200)}),
        ("entered in error", "entered_in_error", ENTERED_IN_ERROR),
        ("a death whose day is known", "deceased", {**DECEASED, "on": "2026-11-23"}),
        ("a death whose day is not known", "deceased", DECEASED),
        ("a photo in one piece", "photo", PHOTO_MEMBERS),
        ("the last of twelve pieces", "photo", {**PHOTO_MEMBERS, "piece": 11, "pieces": 12}),
        ("a piece of one byte", "photo", {**PHOTO_MEMBERS, "data": "AA"}),
        ("a manifest", "manifest", MANIFEST),
        ("a manifest of nothing, kept by nobody known", "manifest", EMPTY_MANIFEST),
        ("a manifest of two thousand digests", "manifest", {**MANIFEST, "signed": _digests(2000)}),
    ]


def bad_notices() -> list[tuple[str, str, Members]]:
    """Return one defect each."""
    return [
        ("attendance of no status", "attendance", {**ATTENDANCE, "status": "asleep"}),
        ("attendance without its instant", "attendance", _without(ATTENDANCE, "at")),
        (
            "attendance at an instant without offset",
            "attendance",
            {**ATTENDANCE, "at": "2026-11-23T10:12:30"},
        ),
        (
            "attendance that does not say whether it is a walk-in",
            "attendance",
            _without(ATTENDANCE, "walk_in"),
        ),
        ("attendance with a reason too long", "attendance", {**ATTENDANCE, "reason": "é" * 201}),
        ("attendance with a form", "attendance", {**ATTENDANCE, "form": None}),
        ("attendance that is restricted", "attendance", {**ATTENDANCE, "restricted": True}),
        ("attendance of a person with a member too many", "attendance", _person(sex="F")),
        ("attendance of a person without a first name's member", "attendance", _person("first_name")),
        ("attendance of no visit", "attendance", _without(ATTENDANCE, "visit")),
        ("co-signature of nothing", "cosignature", {"records": []}),
        ("co-signature of two hundred and one records", "cosignature", {"records": _cosigned(201)}),
        (
            "co-signature of a record without its digest",
            "cosignature",
            {"records": [_without(COSIGNED, "record")]},
        ),
        ("co-signature with a visit", "cosignature", {"records": [COSIGNED], "visit": VISIT}),
        ("entered in error without a reason", "entered_in_error", {**ENTERED_IN_ERROR, "reason": ""}),
        ("entered in error, of a digest", "entered_in_error", {**ENTERED_IN_ERROR, "record": DIGEST}),
        ("a death without a source", "deceased", {**DECEASED, "source": ""}),
        ("a death on no day of the calendar", "deceased", {**DECEASED, "on": "2026-02-30"}),
        ("a death after the day of signing", "deceased", {**DECEASED, "on": "2026-11-24"}),
        ("a death before 1900", "deceased", {**DECEASED, "on": "1899-12-31"}),
        ("a photo of another type", "photo", {**PHOTO_MEMBERS, "media_type": "image/png"}),
        ("a photo 1601 pixels wide", "photo", {**PHOTO_MEMBERS, "width": 1601}),
        ("a photo without height", "photo", {**PHOTO_MEMBERS, "height": 0}),
        ("a piece beyond the last", "photo", {**PHOTO_MEMBERS, "piece": 1}),
        ("thirteen pieces", "photo", {**PHOTO_MEMBERS, "pieces": 13}),
        ("a piece without bytes", "photo", {**PHOTO_MEMBERS, "data": ""}),
        ("a piece in plain base64", "photo", {**PHOTO_MEMBERS, "data": "+/+/"}),
        ("a piece in padded base64url", "photo", {**PHOTO_MEMBERS, "data": "AA=="}),
        ("a piece whose last bits are not zero", "photo", {**PHOTO_MEMBERS, "data": "AB"}),
        ("a piece too large", "photo", {**PHOTO_MEMBERS, "data": "A" * 200_004}),
        (
            "a photo that does not say whether it is restricted",
            "photo",
            _without(PHOTO_MEMBERS, "restricted"),
        ),
        ("a manifest without a keeper", "manifest", {**MANIFEST, "keeper": None}),
        (
            "a manifest whose keeper has no name",
            "manifest",
            {**MANIFEST, "keeper": {"member": None, "name": ""}},
        ),
        ("a manifest of a negative count", "manifest", {**MANIFEST, "visits": -1}),
        ("a manifest of half a record", "manifest", {**MANIFEST, "records": 0.5}),
        ("a manifest of what is no digest", "manifest", {**MANIFEST, "signed": ["e" + DIGEST]}),
        ("a manifest of two thousand and one digests", "manifest", {**MANIFEST, "signed": _digests(2001)}),
        ("an unknown kind of notice", "farewell", {"visit": VISIT}),
        ("a notice that is a record's payload", "record", ATTENDANCE),
    ]


def _mismatches(author: Author) -> list[Members]:
    photo = {**author.common, "kind": "photo", **PHOTO_MEMBERS}
    attendance = {**author.common, "kind": "attendance", **ATTENDANCE}
    restricted = {**author.record, "restricted": True}
    return [
        author.case("a restricted record sealed to the team", restricted),
        author.case(
            "a record sealed to its author's slot and not signed as restricted", author.record, author.own
        ),
        author.case("a restricted record sealed to a colleague's slot", restricted, author.colleague),
        author.case("a restricted photo sealed to the team", {**photo, "restricted": True}),
        author.case("a photo sealed to its author's slot and not signed as restricted", photo, author.own),
        author.case("attendance sealed to its author's slot", attendance, author.own),
    ]


STATUSES = ("expected", "arrived", "with_nurse", "with_doctor", "done", "absent", "left", "turned_away")
PERSON = {"birth_name": "ESSAI", "first_name": "ADA", "birth_date": None}
ATTENDANCE = {"visit": VISIT, "status": "arrived", "at": AT, "walk_in": False, "reason": None, "person": None}
COSIGNED = {"envelope": "e" + DIGEST, "record": DIGEST}
ENTERED_IN_ERROR = {"visit": VISIT, "record": "e" + DIGEST, "reason": "Saisie pour une autre personne"}
DECEASED = {"visit": VISIT, "on": None, "source": "Sa fille, au téléphone"}
PHOTO_MEMBERS = {
    "visit": VISIT,
    "photo": PHOTO,
    "link_id": "documents.photo",
    "media_type": "image/jpeg",
    "width": 1600,
    "height": 1,
    "digest": DIGEST,
    "piece": 0,
    "pieces": 1,
    "data": urlsafe_b64encode(b"image").decode().rstrip("="),
    "restricted": False,
}
MANIFEST = {
    "keeper": {"member": "fab77032-6c4d-4fe9-946d-4e6b93e47584", "name": "Noé Essai"},
    "visits": 1,
    "records": 2,
    "signed": [DIGEST],
}
EMPTY_MANIFEST = {"keeper": {"member": None, "name": "La mairie"}, "visits": 0, "records": 0, "signed": []}


def _digests(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def _cosigned(count: int) -> list[Members]:
    return [{"envelope": f"e{digest}", "record": digest} for digest in _digests(count)]


def _without(members: Members, name: str) -> Members:
    return {each: value for each, value in members.items() if each != name}


def _person(removed: str = "", **added: str) -> Members:
    return {**ATTENDANCE, "person": {**_without(PERSON, removed), **added}}


def _without_truth(case: Members) -> Members:
    return {name: case[name] for name in ("name", "failure", "document")}


def _write(name: str, content: Members) -> None:
    (VECTORS / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
