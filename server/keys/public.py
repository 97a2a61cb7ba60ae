"""Public keys as they arrive from tablets: P-256 only, reduced to their RFC 7638 members."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from server.keys.errors import InvalidKey

CURVE = "P-256"


def import_public(jwk: Mapping[str, Any]) -> ECKey:
    """Read a public P-256 JWK; members other than ``kty``, ``crv``, ``x``, ``y`` are dropped.

    Raises ``InvalidKey`` for anything else, and for a key that carries its private part: whoever sent it has
    lost it already, and nothing may be trusted to it.
    """
    if "d" in jwk:
        raise InvalidKey("the private part was sent")
    if jwk.get("kty") != "EC" or jwk.get("crv") != CURVE:
        raise InvalidKey("not a P-256 key")
    try:
        key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
        key.ensure_kid()
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise InvalidKey("not a point of P-256") from error
    return key


def public_jwk(key: ECKey) -> dict[str, Any]:
    """Return the public part of a key with its ``kid``, ready to be stored or published."""
    return {**key.as_dict(private=False), "kid": key.thumbprint()}


def import_octet(jwk: Mapping[str, Any]) -> OctKey:
    """Read a 256-bit octet key with its ``kid`` (a team key); raise ``InvalidKey`` otherwise."""
    try:
        key = OctKey.import_key({name: jwk[name] for name in ("kty", "k", "kid")})
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise InvalidKey("not an octet key") from error
    if len(key.raw_value) != 32:
        raise InvalidKey("not a 256-bit key")
    return key
