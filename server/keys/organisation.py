"""An organisation's private keys, in memory (wire §1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from joserfc.jwk import ECKey

from server.keys import jwe
from server.keys.errors import CannotOpen
from server.keys.public import CURVE, public_jwk


@dataclass(frozen=True)
class OrganisationKeys:
    """Signing, encryption and token keys of one organisation.

    ``encryption`` holds every key that may still open something, the current one first: a rotation puts a
    new key in front and keeps the others, found by ``kid``. Private parts never appear in ``repr``.
    """

    organisation: str
    signing: ECKey = field(repr=False)
    encryption: tuple[ECKey, ...] = field(repr=False)
    token: ECKey = field(repr=False)

    @cached_property
    def signing_key(self) -> dict[str, Any]:
        """The public signing key, as a JWK with its ``kid``."""
        return public_jwk(self.signing)

    @cached_property
    def encryption_key(self) -> dict[str, Any]:
        """The public key to which new envelopes are sealed, as a JWK with its ``kid``."""
        return public_jwk(self.encryption[0])

    @cached_property
    def encryption_by_kid(self) -> Mapping[str, ECKey]:
        """Every encryption key, past ones too, by thumbprint."""
        return {key.thumbprint(): key for key in self.encryption}

    def seal(self, plaintext: bytes) -> str:
        """Seal to this organisation (compact JWE to the current encryption key)."""
        current = self.encryption[0]
        return jwe.seal(plaintext, current, current.thumbprint())

    def open_sealed(self, compact: str) -> bytes:
        """Open what ``seal`` made, under whichever key was current then; raise ``CannotOpen``."""
        key = self.encryption_by_kid.get(jwe.key_id(compact) or "")
        if key is None:
            raise CannotOpen("sealed to a key that is not among ours")
        return jwe.open_sealed(compact, key)


def generate(organisation: str) -> OrganisationKeys:
    """Draw new keys for an organisation; nothing is written (``directory.create`` does)."""
    return OrganisationKeys(
        organisation=organisation,
        signing=ECKey.generate_key(CURVE, {"use": "sig"}, auto_kid=True),
        encryption=(ECKey.generate_key(CURVE, {"use": "enc"}, auto_kid=True),),
        token=ECKey.generate_key(CURVE, {"use": "sig"}, auto_kid=True),
    )


def rotate_encryption(keys: OrganisationKeys) -> OrganisationKeys:
    """Return the keys with a new current encryption key; the former ones go on opening what they sealed."""
    new = ECKey.generate_key(CURVE, {"use": "enc"}, auto_kid=True)
    return OrganisationKeys(keys.organisation, keys.signing, (new, *keys.encryption), keys.token)
