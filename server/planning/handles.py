"""Opaque handles of appointments: what their pages' addresses say instead of the id, which is the visit's.

The id begins with the visit's number: an address that held it would put a name beside a figure's visit.
A handle is the id's sixteen bytes as one block of AES under a key of the organisation:
only central goes back.
"""

import hashlib
import uuid

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlmodel import Session, select

from server.errors import NotFound
from server.store.control import Organization

_DOMAIN = b"escale appointment handle\0"


class Handles:
    """Goes from an appointment's id to its handle and back."""

    def __init__(self, salt: str) -> None:
        key = hashlib.sha256(_DOMAIN + salt.encode()).digest()
        # A single block, never two: the mode has nothing to chain.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305

    def of(self, entry: str) -> str:
        """Return the handle of an appointment: 32 hexadecimal digits."""
        block = self._cipher.encryptor()
        return (block.update(uuid.UUID(entry).bytes) + block.finalize()).hex()

    def entry(self, handle: str) -> str:
        """Return the id that a handle stands for; raise ``not-found`` when it has not the shape of one."""
        try:
            sealed = bytes.fromhex(handle)
        except ValueError as error:
            raise NotFound.of("not-found") from error
        if len(sealed) != 16 or sealed.hex() != handle:
            raise NotFound.of("not-found")
        block = self._cipher.decryptor()
        return str(uuid.UUID(bytes=block.update(sealed) + block.finalize()))


def handles(session: Session) -> Handles:
    """Return the handles of this organisation."""
    return Handles(session.exec(select(Organization.person_salt)).one())
