"""What is sealed opens with the right key only, and says outside nothing but key ids (wire §3)."""

import json

import pytest
from joserfc.jwk import ECKey, OctKey
from joserfc.jws import serialize_compact

from server.envelope.errors import (
    BadPadding,
    DecryptionFailed,
    IdMismatch,
    NotAnEnvelope,
    SignatureInvalid,
    TooLong,
    UnknownKey,
)
from server.envelope.open import MAX_JWE_CHARACTERS, Opened, check_identity, open_envelope
from server.envelope.seal import record_digest, seal, seal_plaintext, wrap
from server.envelope.verify import RECORD_TYPE, signing_key_id

TEAM = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"
ORGANISATION = ECKey.generate_key("P-256", auto_kid=True)
TEAM_KEY = OctKey.generate_key(256, {"kid": f"{TEAM}.3"})
OURS = {ORGANISATION.thumbprint(): ORGANISATION}


def test_what_is_sealed_opens_and_names_team_and_epoch() -> None:
    envelope = seal("a.b.c", TEAM_KEY, ORGANISATION)
    opened = open_envelope(envelope.jwe, OURS)
    assert opened == Opened("a.b.c", record_digest("a.b.c"), TEAM, 3)


def test_what_is_sealed_to_a_slot_opens_and_names_its_agreement_key() -> None:
    slot = ECKey.generate_key("P-256", auto_kid=True)
    opened = open_envelope(seal("a.b.c", slot, ORGANISATION).jwe, OURS)
    assert opened == Opened("a.b.c", record_digest("a.b.c"), None, None, slot.thumbprint())


def test_two_recipients_by_agreement_have_an_ephemeral_key_each() -> None:
    slot = ECKey.generate_key("P-256", auto_kid=True)
    ours, other = json.loads(seal("a.b.c", slot, ORGANISATION).jwe)["recipients"]
    assert ours["header"]["epk"] != other["header"]["epk"]


def test_a_large_record_passes_the_librarys_own_bound() -> None:
    text = "".join(f"{n * 2654435761 % 2**32:08x}" for n in range(30_000))
    assert open_envelope(seal(text, TEAM_KEY, ORGANISATION).jwe, OURS).compact == text


def test_the_outside_holds_key_ids_and_nothing_else() -> None:
    outside = json.loads(seal("a.b.c", TEAM_KEY, ORGANISATION).jwe)
    assert outside.keys() == {"protected", "recipients", "iv", "ciphertext", "tag"}
    team, organisation = outside["recipients"]
    assert team["header"] == {"alg": "A256KW", "kid": f"{TEAM}.3"}
    assert organisation["header"].keys() == {"alg", "kid", "epk"}


def test_a_sealed_document_is_its_own_digest() -> None:
    envelope = seal("a.b.c", TEAM_KEY, ORGANISATION)
    assert check_identity(envelope.identifier, envelope.revision, {"jwe": envelope.jwe}) == envelope.jwe
    with pytest.raises(IdMismatch):
        check_identity(envelope.identifier, "2" + envelope.revision[1:], {"jwe": envelope.jwe})


@pytest.mark.parametrize(
    "body", [{}, {"jwe": 1}, {"jwe": "x", "title": "y"}, {"jwe": "x" * (MAX_JWE_CHARACTERS + 1)}]
)
def test_another_body_is_no_envelope(body: dict[str, object]) -> None:
    with pytest.raises(NotAnEnvelope):
        check_identity("e" + "0" * 64, "1-" + "0" * 32, body)


def test_another_organisations_envelope_is_an_unknown_key() -> None:
    envelope = seal("a.b.c", TEAM_KEY, ECKey.generate_key("P-256"))
    with pytest.raises(UnknownKey):
        open_envelope(envelope.jwe, OURS)


def test_an_ephemeral_key_on_another_curve_does_not_open() -> None:
    envelope = json.loads(seal("a.b.c", TEAM_KEY, ORGANISATION).jwe)
    other = ECKey.generate_key("P-521").as_dict(private=False)
    envelope["recipients"][1]["header"]["epk"] = {name: other[name] for name in ("kty", "crv", "x", "y")}
    with pytest.raises(DecryptionFailed):
        open_envelope(json.dumps(envelope), OURS)


def test_a_plaintext_that_is_not_padded_is_refused() -> None:
    with pytest.raises(BadPadding):
        open_envelope(seal_plaintext(b"a.b.c", TEAM_KEY, ORGANISATION).jwe, OURS)


def test_a_text_over_the_bound_is_not_wrapped() -> None:
    with pytest.raises(TooLong):
        wrap("x" * (MAX_JWE_CHARACTERS + 1))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "typ": RECORD_TYPE},
        {"alg": "ES256", "kid": "k"},
        {"alg": "ES256", "typ": "JWT", "kid": "k"},
        {"alg": "ES256", "typ": RECORD_TYPE, "kid": "k", "jku": "https://example.org/keys"},
    ],
)
def test_another_protected_header_names_no_signer(header: dict[str, str]) -> None:
    compact = serialize_compact(header, b"{}", ORGANISATION, algorithms=["ES256"])
    with pytest.raises(SignatureInvalid):
        signing_key_id(compact)


@pytest.mark.parametrize("compact", ["", "x", "e30.e30.e30", "bnVsbA.e30.e30", "é.e30.e30", "eyJ.e30.e30"])
def test_what_is_no_jws_names_no_signer(compact: str) -> None:
    with pytest.raises(SignatureInvalid):
        signing_key_id(compact)
