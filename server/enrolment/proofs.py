"""Proofs that whoever presents a public key holds its private part: a JWS over the facts of the request."""

from collections.abc import Mapping
from typing import Any

import orjson
from joserfc.jwk import ECKey
from joserfc.util import json_b64decode

from server.errors import Invalid, NotAuthenticated
from server.keys import jws
from server.keys.errors import InvalidKey, InvalidSignature
from server.keys.public import import_public


def presented_key(jwk: Mapping[str, Any]) -> ECKey:
    """Read a tablet's public key; raise the ``validation`` problem when it is none."""
    try:
        return import_public(jwk)
    except InvalidKey as error:
        raise Invalid.of("validation") from error


def claims_of(proof: str, key: ECKey, typ: str | None = None) -> dict[str, Any]:
    """Return the JSON object that ``key`` signed, as ``typ`` if one is asked for.

    Raises ``assertion-invalid``.
    """
    try:
        claims = orjson.loads(jws.verify(proof, key, typ))
    except (InvalidSignature, ValueError) as error:
        raise NotAuthenticated.of("assertion-invalid") from error
    if not isinstance(claims, dict):
        raise NotAuthenticated.of("assertion-invalid")
    return claims


def require_proof(proof: str, key: ECKey, expected: Mapping[str, str]) -> None:
    """Check that ``key`` signed every member of ``expected``; raise ``assertion-invalid``."""
    claims = claims_of(proof, key)
    if any(claims.get(name) != value for name, value in expected.items()):
        raise NotAuthenticated.of("assertion-invalid")


def unverified_claim(proof: str, name: str) -> str:
    """Return a text that a proof claims before anything is verified, to find the key that verifies it.

    Raises ``assertion-invalid`` when it cannot be read.
    """
    try:
        claim = json_b64decode(proof.split(".")[1].encode()).get(name)
    except (AttributeError, IndexError, RecursionError, ValueError) as error:
        raise NotAuthenticated.of("assertion-invalid") from error
    if not isinstance(claim, str):
        raise NotAuthenticated.of("assertion-invalid")
    return claim
