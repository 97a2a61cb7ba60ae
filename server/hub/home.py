"""The directory in which a hub keeps itself: its key, what it was told, its certificate, its databases.

====================  =====================================================================
``device.jwk``        the device key (JWK, private, 0600): who has it speaks as the hub
``hub.json``          device id, the card until it is confirmed, the organisation's facts
``certificate.pem``   key and chain for the replication host (0600)
``central.json``      which central was last spoken with, and when
``sync/``             the replication store: ciphertext and what central signed
``revoked``           only this is left once the hub was revoked
====================  =====================================================================

Files are replaced whole: a power cut leaves the former or the new one.
"""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from server.hub.card import Card
from server.hub.errors import HomeUnreadable, StoreOrphaned
from server.hub.identity import Facts, Identity
from server.identifiers import new_uuid
from server.keys.public import CURVE

_KEY = "device.jwk"
_FACTS = "hub.json"
_CERTIFICATE = "certificate.pem"
_CENTRAL = "central.json"
_REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LastCentral:
    """The instance that last answered as central, and when by the hub's clock."""

    instance: str
    seen_at: datetime


class Home:
    """One hub's directory, made when it is not there. Raises ``HomeUnreadable`` where it cannot be used."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise HomeUnreadable(directory) from error

    @property
    def store(self) -> Path:
        """The replication store's directory."""
        return self._directory / "sync"

    @property
    def certificate(self) -> Path:
        """The file of the TLS key and chain."""
        return self._directory / _CERTIFICATE

    @property
    def is_revoked(self) -> bool:
        """Whether the hub that lived here was revoked."""
        return (self._directory / _REVOKED).exists()

    @property
    def free_bytes(self) -> int:
        """The room left on the disk."""
        return shutil.disk_usage(self._directory).free

    def load(self) -> Identity | None:
        """Return who the hub is; None before it presented a card.

        Raises ``HomeUnreadable``; ``StoreOrphaned`` when there are databases and nothing says whose.
        """
        path = self._directory / _FACTS
        try:
            kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            facts = Facts(**kept["facts"]) if kept["facts"] is not None else None
            card = Card(**kept["card"]) if kept["card"] is not None else None
            return Identity(kept["device"], self._key(), card, facts)
        except FileNotFoundError:
            self._require_no_databases()
            return None
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise HomeUnreadable(path) from error

    def begin(self, card: Card) -> Identity:
        """Draw a new hub, which is to present this card, and keep it before anybody is told of it.

        Only what a revocation condemned is erased: databases may hold records that central has not yet.
        Raises ``StoreOrphaned``.
        """
        if self.is_revoked:
            shutil.rmtree(self.store, ignore_errors=True)
        self._require_no_databases()
        for name in (_KEY, _FACTS, _CERTIFICATE, _CENTRAL, _REVOKED):
            (self._directory / name).unlink(missing_ok=True)
        key = ECKey.generate_key(CURVE, auto_kid=True)
        self._write(_KEY, json.dumps(key.as_dict(private=True)).encode())
        begun = Identity(new_uuid(), key, card)
        self.keep(begun)
        return begun

    def keep(self, identity: Identity) -> None:
        """Write what is known of the hub, but its key."""
        kept: Mapping[str, Any] = {
            "v": 1,
            "device": identity.device,
            "card": None if identity.card is None else asdict(identity.card),
            "facts": None if identity.facts is None else asdict(identity.facts),
        }
        self._write(_FACTS, json.dumps(kept, indent=1).encode())

    def last_central(self) -> LastCentral | None:
        """Return which central was last spoken with; None when it is not known."""
        try:
            kept = json.loads((self._directory / _CENTRAL).read_text(encoding="ascii"))
            return LastCentral(str(kept["instance"]), datetime.fromisoformat(kept["seen_at"]))
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def keep_central(self, last: LastCentral) -> None:
        """Write which central was spoken with."""
        kept = {"instance": last.instance, "seen_at": last.seen_at.isoformat()}
        self._write(_CENTRAL, json.dumps(kept).encode())

    def keep_certificate(self, pem: bytes) -> None:
        """Write the TLS key and chain."""
        self._write(_CERTIFICATE, pem)

    def destroy(self) -> None:
        """Leave nothing but that the hub was revoked. Whatever stops it midway, the next start goes on.

        The key is written over first; on flash memory that is an attempt, not a promise.
        """
        try:
            self._write(_REVOKED, b"")
        except OSError:
            # No room even for the mark: the databases make some.
            shutil.rmtree(self.store, ignore_errors=True)
            self._write(_REVOKED, b"")
        for name in (_KEY, _CERTIFICATE, _CENTRAL, _FACTS):
            path = self._directory / name
            with suppress(FileNotFoundError):
                self._write_over(path)
                path.unlink()
        shutil.rmtree(self.store, ignore_errors=True)
        self._flush()

    def _require_no_databases(self) -> None:
        try:
            is_empty = not any(self.store.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise HomeUnreadable(self.store) from error
        if not is_empty:
            raise StoreOrphaned(self.store)

    def _key(self) -> ECKey:
        path = self._directory / _KEY
        try:
            key = ECKey.import_key(json.loads(path.read_text(encoding="ascii")))
        except (OSError, JoseError, ValueError) as error:
            raise HomeUnreadable(path) from error
        if not key.is_private:
            raise HomeUnreadable(path)
        return key

    def _write(self, name: str, content: bytes) -> None:
        beside = self._directory / f".{name}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._directory / name)
        self._flush()

    @staticmethod
    def _write_over(path: Path) -> None:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())

    def _flush(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
