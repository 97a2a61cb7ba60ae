"""Only public P-256 keys come in from outside."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from server.keys.errors import InvalidKey
from server.keys.public import import_octet, import_public, public_jwk

KEY = ECKey.generate_key("P-256", auto_kid=True)
PUBLIC = public_jwk(KEY)


def test_a_browsers_key_is_reduced_to_its_point() -> None:
    exported = {**PUBLIC, "ext": True, "key_ops": ["verify"], "alg": "ES256"}
    assert public_jwk(import_public(exported)) == PUBLIC
    assert PUBLIC["kid"] == KEY.thumbprint()


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {**PUBLIC, "d": "AAAA"},
        {**PUBLIC, "crv": "P-384"},
        {**PUBLIC, "kty": "RSA"},
        {**PUBLIC, "x": "AA"},
        {**PUBLIC, "x": 5},
        {**PUBLIC, "y": PUBLIC["x"]},
        {"kty": "oct", "k": "AAAA"},
    ],
)
def test_anything_else_is_refused(jwk: dict[str, Any]) -> None:
    with pytest.raises(InvalidKey):
        import_public(jwk)


@pytest.mark.parametrize("bits", [128, 512])
def test_a_team_key_has_256_bits(bits: int) -> None:
    with pytest.raises(InvalidKey):
        import_octet({**OctKey.generate_key(bits).as_dict(private=True), "kid": "team.1"})
