"""Compact JWE (RFC 7516) with A256GCM: to a public key (ECDH-ES+A256KW) or to an octet key (A256KW)."""

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey, OctKey
from joserfc.util import json_b64decode

from server.keys.errors import CannotOpen

CONTENT_ENCRYPTION = "A256GCM"
TO_PUBLIC_KEY = "ECDH-ES+A256KW"
TO_OCTET_KEY = "A256KW"


class _LargeContents(JWERegistry):
    """The library's bound of 64 kB is below a full roster's size."""

    max_ciphertext_length = 8 * 1024 * 1024


_REGISTRY = _LargeContents(algorithms=[TO_PUBLIC_KEY, TO_OCTET_KEY, CONTENT_ENCRYPTION])


def seal(plaintext: bytes, key: ECKey | OctKey, kid: str) -> str:
    """Seal to one key, named ``kid`` in the protected header."""
    algorithm = TO_OCTET_KEY if isinstance(key, OctKey) else TO_PUBLIC_KEY
    header = {"alg": algorithm, "enc": CONTENT_ENCRYPTION, "kid": kid}
    return jwe.encrypt_compact(header, plaintext, key, registry=_REGISTRY)


def open_sealed(compact: str, key: ECKey | OctKey) -> bytes:
    """Return the plaintext; raise ``CannotOpen``."""
    try:
        plaintext = jwe.decrypt_compact(compact, key, registry=_REGISTRY).plaintext
    # The library lets bare errors of cryptography and of its own tables through (measured: KeyError).
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise CannotOpen("this key does not open it") from error
    if plaintext is None:
        raise CannotOpen("nothing inside")
    return plaintext


def key_id(compact: str) -> str | None:
    """Return the ``kid`` that a compact JWE names, or None when it cannot be read."""
    try:
        header = json_b64decode(compact.split(".", 1)[0].encode())
    except (TypeError, ValueError):
        return None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None
