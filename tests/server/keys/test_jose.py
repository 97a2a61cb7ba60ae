"""JWS and compact JWE hold what they promise, and say so when they do not."""

import pytest
from joserfc import jws as library
from joserfc.jwk import ECKey, OctKey

from server.keys import jwe, jws
from server.keys.errors import CannotOpen, InvalidSignature

KEY, OTHER = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
OCTET = OctKey.generate_key(256)


def test_what_is_signed_is_verified_with_its_type() -> None:
    compact = jws.sign(b"payload", KEY, "thing+jws")
    assert jws.verify(compact, KEY, "thing+jws") == b"payload"
    with pytest.raises(InvalidSignature):
        jws.verify(compact, KEY, "other+jws")


def test_a_payload_larger_than_the_librarys_bound_is_signed() -> None:
    payload = b"x" * 500_000
    assert jws.verify(jws.sign(payload, KEY, "form"), KEY) == payload


FOREIGN = jws.sign(b"p", OTHER, "t")


@pytest.mark.parametrize(
    "compact",
    ["", "a.b", "a.b.c", "....", "é.b.c", FOREIGN],
    ids=["empty", "two parts", "not base64", "only dots", "not ASCII", "signed by another"],
)
def test_what_this_key_did_not_sign_is_refused(compact: str) -> None:
    with pytest.raises(InvalidSignature):
        jws.verify(compact, KEY)


UNSIGNED = "eyJhbGciOiJub25lIn0.cA."
SYMMETRIC = library.serialize_compact({"alg": "HS256"}, b"p", OCTET, algorithms=["HS256"])


@pytest.mark.parametrize("forged", [UNSIGNED, SYMMETRIC], ids=["unsigned", "symmetric"])
def test_another_algorithm_is_refused(forged: str) -> None:
    with pytest.raises(InvalidSignature):
        jws.verify(forged, KEY)


@pytest.mark.parametrize("key", [KEY, OCTET])
def test_what_is_sealed_is_opened_by_its_key_only(key: ECKey | OctKey) -> None:
    compact = jwe.seal(b"x" * 200_000, key, "the-key")
    assert jwe.open_sealed(compact, key) == b"x" * 200_000
    assert jwe.key_id(compact) == "the-key"
    with pytest.raises(CannotOpen):
        jwe.open_sealed(compact, OTHER)
    with pytest.raises(CannotOpen):
        jwe.open_sealed(compact[:-4] + "AAAA", key)


@pytest.mark.parametrize("compact", ["", "a.b.c.d.e", "bnVsbA.b", "é", "WzFd.x"])
def test_a_malformed_jwe_names_no_key_and_does_not_open(compact: str) -> None:
    assert jwe.key_id(compact) is None
    with pytest.raises(CannotOpen):
        jwe.open_sealed(compact, KEY)
