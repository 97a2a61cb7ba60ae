"""Compact JWS (RFC 7515), ES256 only."""

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from server.keys.errors import InvalidSignature

ALGORITHM = "ES256"


class _LargePayloads(JWSRegistry):
    """The library's bound of 128 kB is below a form's text; documents are bounded where they are received."""

    max_payload_length = 8 * 1024 * 1024


_REGISTRY = _LargePayloads(algorithms=[ALGORITHM])


def sign(payload: bytes, key: ECKey, typ: str) -> str:
    """Sign with a private key; the protected header holds ``alg``, ``typ`` and the key's thumbprint."""
    header: dict[str, Any] = {"alg": ALGORITHM, "typ": typ, "kid": key.thumbprint()}
    return jws.serialize_compact(header, payload, key, registry=_REGISTRY)


def verify(compact: str, key: ECKey, typ: str | None = None) -> bytes:
    """Return the payload when ``key`` signed it, with the header type ``typ`` when one is asked for.

    The header's ``kid`` is not looked at: the caller chose the key. Raises ``InvalidSignature``.
    """
    try:
        verified = jws.deserialize_compact(compact, key, registry=_REGISTRY)
        header = verified.headers()
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise InvalidSignature("the signature does not hold") from error
    if typ is not None and header.get("typ") != typ:
        raise InvalidSignature("signed as something else")
    return verified.payload
