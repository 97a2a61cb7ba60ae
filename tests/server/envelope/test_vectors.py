"""Interoperability: what the tablet's library sealed opens here; what it spoilt fails by the same name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey

from server.envelope.bundle import read
from server.envelope.errors import EnvelopeError, SignerUnknown
from server.envelope.notice import Notice
from server.envelope.open import check_identity, open_envelope
from server.envelope.payload import Payload
from server.envelope.verify import SlotKey, signing_key_id, verify
from server.keys.public import import_public
from server.projection.check import check_place
from server.projection.errors import Refused
from server.projection.facts import TeamFacts
from tests.support.organisation import NOON

VECTORS = Path(__file__).parents[2] / "vectors" / "envelope"
KEYS = json.loads((VECTORS / "keys.json").read_text())
AGREEMENT_KEYS = json.loads((VECTORS / "slots.json").read_text())["agreement_keys"]


def _cases(name: str) -> list[Any]:
    cases = json.loads((VECTORS / name).read_text())["cases"]
    return [pytest.param(case, id=case["name"]) for case in cases]


def _signers() -> dict[str, SlotKey]:
    signers = {}
    for signer in KEYS["signers"]:
        key = import_public({name: signer["signing_key"][name] for name in ("kty", "crv", "x", "y")})
        agreement = ECKey.import_key(AGREEMENT_KEYS[signer["slot"]]).thumbprint()
        signers[key.thumbprint()] = SlotKey(
            signer["slot"], signer["device"], signer["member"], key, agreement=agreement
        )
    return signers


def _believed(document: Mapping[str, Any]) -> tuple[str, Payload | Notice]:
    """Read a document as the projection does; the record digest and the payload."""
    organisation = ECKey.import_key(KEYS["organization"]["encryption_key"])
    body = {name: value for name, value in document.items() if not name.startswith("_")}
    text = check_identity(document["_id"], document["_rev"], body)
    opened = open_envelope(text, {organisation.thumbprint(): organisation})
    signer = _signers().get(signing_key_id(opened.compact))
    if signer is None:
        raise SignerUnknown
    payload = verify(opened.compact, signer)
    epochs = {int(key["kid"].rpartition(".")[2]): NOON for key in KEYS["team_keys"]}
    check_place(payload, opened, signer, KEYS["organization"]["id"], TeamFacts(KEYS["team"], epochs))
    return opened.digest, payload


@pytest.mark.parametrize("case", [*_cases("good.json"), *_cases("good-server.json")])
def test_a_good_vector_opens_to_what_was_signed(case: dict[str, Any]) -> None:
    digest, payload = _believed(case["document"])
    assert digest == case["record"]
    assert isinstance(payload, Payload)
    assert json.loads(bytes(payload.content)) == case["payload"]["content"]
    assert (payload.sequence, payload.previous) == (case["payload"]["sequence"], case["payload"]["previous"])
    read(payload)


@pytest.mark.parametrize("case", [*_cases("notices.json"), *_cases("restricted.json")])
def test_a_vector_of_a_notice_or_a_restricted_record_opens_to_what_was_signed(case: dict[str, Any]) -> None:
    digest, payload = _believed(case["document"])
    assert digest == case["record"]
    written = json.loads(msgspec.json.encode(payload))
    instants = {"signed_at", "at"}
    assert {name: written[name] for name in written.keys() - instants} == {
        name: case["payload"][name] for name in case["payload"].keys() - instants
    }


@pytest.mark.parametrize("case", [*_cases("bad.json"), *_cases("bad-notices.json")])
def test_a_bad_vector_fails_by_its_name(case: dict[str, Any]) -> None:
    try:
        _believed(case["document"])
    except (EnvelopeError, Refused) as failure:
        found = failure.code
    else:
        found = "nothing"
    assert found == case["failure"]
