"""Where an organisation's keys are kept: ``<ESCALE_KEYS>/<organisation id>/``, outside data and its backups.

Three JWK Sets, one a purpose, so that a node can be given its token key and no other: ``signing.jwks``,
``encryption.jwks`` (the current key first) and ``token.jwks``. Directories are 0700, files 0600.
"""

import json
import os
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from server.keys.errors import KeysUnavailable
from server.keys.organisation import OrganisationKeys, generate

SIGNING = "signing.jwks"
ENCRYPTION = "encryption.jwks"
TOKEN = "token.jwks"  # noqa: S105 a file's name


def create(directory: Path, organisation: str) -> OrganisationKeys:
    """Draw an organisation's keys and write them; raise ``KeysUnavailable`` when there are some already.

    The keys appear whole or not at all: they are written beside and renamed.
    """
    home = directory / organisation
    keys = generate(organisation)
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if home.exists():
            raise KeysUnavailable(home, "keys of this organisation are there already")
        beside = directory / f".{organisation}.new"
        beside.mkdir(mode=0o700, exist_ok=True)
        _write(beside / SIGNING, (keys.signing,))
        _write(beside / ENCRYPTION, keys.encryption)
        _write(beside / TOKEN, (keys.token,))
        beside.rename(home)
        _flush_directory(directory)
    except OSError as error:
        raise KeysUnavailable(home, f"cannot be written ({error.strerror})") from error
    return keys


def load(directory: Path, organisation: str) -> OrganisationKeys:
    """Read an organisation's keys; raise ``KeysUnavailable`` naming the file that is wrong."""
    home = directory / organisation
    return OrganisationKeys(
        organisation=organisation,
        signing=_read(home / SIGNING)[0],
        encryption=_read(home / ENCRYPTION),
        token=_read(home / TOKEN)[0],
    )


def replace_encryption(directory: Path, keys: OrganisationKeys) -> None:
    """Write the encryption keys anew, after a rotation; the former file stays until the new one is whole."""
    home = directory / keys.organisation
    beside = home / f".{ENCRYPTION}.new"
    try:
        _write(beside, keys.encryption)
        beside.replace(home / ENCRYPTION)
        _flush_directory(home)
    except OSError as error:
        raise KeysUnavailable(home, f"cannot be written ({error.strerror})") from error


def _write(path: Path, keys: tuple[ECKey, ...]) -> None:
    jwks = {"keys": [{**key.as_dict(private=True), "kid": key.thumbprint()} for key in keys]}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(jwks, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> tuple[ECKey, ...]:
    try:
        jwks: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
        keys = tuple(ECKey.import_key(jwk) for jwk in jwks["keys"])
    except OSError as error:
        raise KeysUnavailable(path, f"cannot be read ({error.strerror})") from error
    except (JoseError, KeyError, TypeError, ValueError, UnicodeError) as error:
        raise KeysUnavailable(path, "is not a set of keys") from error
    if not keys or not all(key.is_private for key in keys):
        raise KeysUnavailable(path, "holds no private key")
    return keys
