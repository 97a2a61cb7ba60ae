"""The signed payload is read strictly: what is not understood is not accepted (wire §2)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from server.envelope.bundle import read
from server.envelope.errors import PayloadInvalid
from server.envelope.parse import parse
from server.envelope.payload import Payload

UUID = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"


def _resource(kind: str, **members: Any) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{UUID}", "resource": {"resourceType": kind, **members}}


def _entries() -> list[dict[str, Any]]:
    period = {"start": "2026-11-23T23:30:00.000+01:00"}
    return [
        _resource("Patient", name=[{"family": "ESSAI", "given": ["ADA", "EVE"]}], birthDate="1954-06-30"),
        _resource("Encounter", identifier=[{"value": f"urn:uuid:{UUID}"}], status="finished", period=period),
        _resource(
            "QuestionnaireResponse",
            questionnaire="https://example.org/f|1",
            status="completed",
            author={"reference": f"urn:uuid:{UUID}"},
        ),
        _resource("Provenance"),
    ]


def _payload(**changed: Any) -> bytes:
    names = ("organization", "campaign", "team", "stop", "visit", "device", "slot", "member")
    payload = {
        "v": 1,
        "kind": "record",
        **dict.fromkeys(names, UUID),
        "sequence": 1,
        "previous": None,
        "signed_at": "2026-11-23T10:12:30.456+01:00",
        "clock_offset_ms": -1200,
        "form": {"url": "https://example.org/f", "version": "1", "digest": "0" * 64},
        "evaluator": "escale-pwa/0.1.0",
        "replaces": None,
        "content": {"resourceType": "Bundle", "type": "collection", "entry": _entries()},
        **changed,
    }
    return json.dumps({name: value for name, value in payload.items() if value != "absent"}).encode()


def record(payload: bytes) -> Payload:
    """A payload that is a record's."""
    parsed = parse(payload)
    assert isinstance(parsed, Payload)
    return parsed


def test_a_payload_gives_its_time_by_centrals_clock() -> None:
    assert parse(_payload()).corrected_signed_at == datetime(2026, 11, 23, 9, 12, 29, 256000, tzinfo=UTC)
    assert parse(_payload(clock_offset_ms=None)).corrected_signed_at == datetime(
        2026, 11, 23, 9, 12, 30, 456000, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"v": True},
        {"kind": "manifest"},
        {"team": UUID.upper()},
        {"device": "tablet-1"},
        {"sequence": 0},
        {"sequence": 1.5},
        {"sequence": 2**53},
        {"sequence": 2},
        {"previous": "0" * 64},
        {"sequence": 2, "previous": "xyz"},
        {"signed_at": "2026-11-23T10:12:30"},
        {"signed_at": "hier"},
        {"clock_offset_ms": "0"},
        {"clock_offset_ms": "absent"},
        {"form": {"url": "https://example.org/f", "version": "1"}},
        {"replaces": {"record": "e" + "0" * 64, "reason": ""}},
        {"restricted": False},
        {"restricted": None},
        {"replaces": {"record": "c" + "0" * 40, "reason": "Erreur"}},
        {"content": []},
        {"content": "{}"},
        {"surprise": 1},
        {"evaluator": "a\0b"},
    ],
    ids=str,
)
def test_what_is_not_wire_2_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(PayloadInvalid):
        parse(_payload(**changed))


@pytest.mark.parametrize("content", [b"", b"null", b"[1]", b"{", b"\xff", b'{"v":1}'])
def test_what_is_no_payload_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        parse(content)


def test_a_refusal_names_the_place_and_never_the_value() -> None:
    with pytest.raises(PayloadInvalid) as refusal:
        parse(_payload(team="GARCIA"))
    assert refusal.value.details == ["$.team"]
    assert "GARCIA" not in str(refusal.value)


def test_a_bundle_tells_the_person_and_the_day_where_it_was_made() -> None:
    bundle = read(record(_payload()))
    assert (bundle.person, str(bundle.birth_date), bundle.sex) == ("ESSAI ADA", "1954-06-30", None)
    assert str(bundle.visit_date) == "2026-11-23"


def test_a_refused_identity_has_no_patient() -> None:
    bundle = read(record(_payload(content=_bundle(_entries()[1:]))))
    assert (bundle.patient, bundle.person, bundle.birth_date) == (None, None, None)


def _bundle(entries: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _with(position: int, **members: Any) -> list[dict[str, Any]]:
    entries = _entries()
    entries[position]["resource"].update(members)
    return entries


@pytest.mark.parametrize(
    "entries",
    [
        "none",
        [],
        ["text"],
        _entries()[:-1],
        [*_entries()[:2], _entries()[3]],
        list(reversed(_entries())),
        [*_entries(), _resource("Provenance")],
        [*_entries(), _resource("Observation")],
        [{**_entries()[0], "fullUrl": "https://example.org/1"}, *_entries()[1:]],
        _with(1, status="planned"),
        _with(1, identifier=[{"value": "another"}]),
        _with(1, identifier="another"),
        _with(1, period={"start": "hier"}),
        _with(1, period=None),
        _with(2, questionnaire="https://example.org/f|2"),
        _with(2, status="in-progress"),
        _with(2, author={"reference": "urn:uuid:another"}),
        _with(2, author=None),
    ],
)
def test_a_bundle_that_contradicts_what_is_signed_is_refused(entries: object) -> None:
    with pytest.raises(PayloadInvalid):
        read(record(_payload(content=_bundle(entries))))


def test_a_bundle_that_could_not_be_read_again_from_the_store_is_refused() -> None:
    with pytest.raises(PayloadInvalid) as refusal:
        read(record(_payload(content={"odd": "here"}).replace(b'"here"', b"1e999")))
    assert refusal.value.details == ["$.content"]


def test_a_payload_nested_without_end_is_refused() -> None:
    nested = b"[" * 5000 + b"]" * 5000
    with pytest.raises(PayloadInvalid):
        parse(_payload(content={"odd": "here"}).replace(b'"here"', nested))


def test_a_patient_of_another_shape_is_a_person_unknown() -> None:
    odd = _with(0, name=[{"given": [1]}], birthDate="1954", gender=3)
    bundle = read(record(_payload(content=_bundle(odd))))
    assert (bundle.person, bundle.birth_date, bundle.sex) == (None, None, None)
