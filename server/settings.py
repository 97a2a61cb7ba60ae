"""All configuration of the server, read once from the environment.

| variable | default | meaning |
|---|---|---|
| ``ESCALE_DATA`` | ``var`` | replication store, read model, generated cards |
| ``ESCALE_KEYS`` | ``secrets`` | organisation keys; must not lie inside ``ESCALE_DATA`` |
| ``ESCALE_DATABASE_URL`` | SQLite in ``ESCALE_DATA`` | control tables and read model (SQLAlchemy URL) |
| ``ESCALE_COUCHDB_URL`` | none (embedded engine) | a CouchDB, ``http://USER:PASSWORD@HOST:5984`` |
| ``ESCALE_COUCHDB_URL_FILE`` | none | a file that holds it instead: a mounted secret |
| ``ESCALE_HOST``, ``ESCALE_PORT`` | ``127.0.0.1``, ``8000`` | where to listen |
| ``ESCALE_ORIGIN`` | ``http://localhost:<port>`` | the address people and tablets use |
| ``ESCALE_SYNC_URL`` | ``<origin>/sync/`` | where tablets replicate: the replication host (wire §7) |
| ``ESCALE_PWA`` | ``pwa/dist`` | the built tablet application |
| ``ESCALE_AUTO_CONFIRM`` | ``0`` | ``1`` confirms enrolments without a coordinator: demonstration only |
| ``ESCALE_TRUSTED_PROXIES`` | none | reverse proxies (addresses, networks) believed on who is calling |
| ``ESCALE_HUB_AUTHORITY`` | none | an authority (``escale authority create``); not in ``ESCALE_DATA`` |
| ``ESCALE_HUB_CERTIFICATE_COMMAND`` | none | or a command: request on its input, chain on its output |
| ``ESCALE_TOKEN_SECONDS`` | ``600`` | life of a tablet's access token, at most 600 |
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sync.couchdb.address import Address, BadAddress

MAX_TOKEN_SECONDS = 600

_COUCHDB_REFUSED = (
    "cette adresse n’est pas de la forme http(s)://NOM:MOT_DE_PASSE@HÔTE:PORT (l’administration de CouchDB)"
)


class SettingsError(ValueError):
    """A setting that cannot be honoured; the message names the variable, in French."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The server's configuration; paths are absolute."""

    data: Path
    keys: Path
    database_url: str
    couchdb: Address | None
    host: str
    port: int
    origin: str
    sync_url: str
    pwa: Path
    auto_confirm: bool
    token_seconds: int
    trusted_proxies: tuple[str, ...]
    hub_authority: Path | None
    hub_certificate_command: str

    @property
    def sync_store(self) -> Path:
        """Directory of the embedded replication engine: ciphertext only."""
        return self.data / "sync"

    @property
    def node_origin(self) -> str:
        """The origin of ``sync_url``: what nodes answer there (wire §7)."""
        return origin_of(self.sync_url)

    @property
    def sync_host(self) -> str:
        """The replication host: the one name that hubs have certificates for."""
        return urlsplit(self.sync_url).hostname or ""

    @property
    def foreign_origins(self) -> frozenset[str]:
        """The origins that call the node from elsewhere: the application's, unless it is the node's own."""
        application = origin_of(self.origin)
        return frozenset() if application == self.node_origin else frozenset({application})


def origin_of(url: str) -> str:
    """Return the scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _sync_url(environment: Mapping[str, str], origin: str) -> str:
    """Return the replication root, without the slash at its end."""
    text = environment.get("ESCALE_SYNC_URL", f"{origin}/sync/")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"ESCALE_SYNC_URL : « {text} » n’est pas une adresse http(s)")
    return text.rstrip("/")


def _couchdb(environment: Mapping[str, str]) -> Address | None:
    """Return where CouchDB is, None for the embedded engine. No message holds the address."""
    name, text = "ESCALE_COUCHDB_URL", environment.get("ESCALE_COUCHDB_URL", "")
    file = environment.get("ESCALE_COUCHDB_URL_FILE", "")
    if text and file:
        raise SettingsError(
            "ESCALE_COUCHDB_URL et ESCALE_COUCHDB_URL_FILE : un seul des deux peut être donné"
        )
    if file:
        name = "ESCALE_COUCHDB_URL_FILE"
        try:
            text = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name} : {file} ne peut pas être lu ({type(error).__name__})") from error
    if not file and not text:
        return None
    try:
        return Address.parse(text)
    except BadAddress:
        raise SettingsError(f"{name} : {_COUCHDB_REFUSED}") from None


def _integer(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name} : « {text} » n’est pas un nombre entier de {low} à {high}")
    return int(text)


def _certificates(environment: Mapping[str, str]) -> tuple[Path | None, str]:
    """Return where hubs' certificates come from: a directory, a command, or neither."""
    authority = environment.get("ESCALE_HUB_AUTHORITY", "").strip()
    command = environment.get("ESCALE_HUB_CERTIFICATE_COMMAND", "").strip()
    if authority and command:
        raise SettingsError(
            "ESCALE_HUB_AUTHORITY et ESCALE_HUB_CERTIFICATE_COMMAND : un seul des deux peut être donné"
        )
    try:
        shlex.split(command)
    except ValueError as error:
        raise SettingsError(
            "ESCALE_HUB_CERTIFICATE_COMMAND : commande illisible (guillemets à fermer ?)"
        ) from error
    return Path(authority).resolve() if authority else None, command


def _networks(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    given = tuple(text.strip() for text in environment.get(name, "").split(",") if text.strip())
    for text in given:
        try:
            ip_network(text)
        except ValueError as error:
            raise SettingsError(f"{name} : « {text} » n’est ni une adresse ni un réseau") from error
    return given


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raise ``SettingsError`` naming the first variable that is wrong."""
    data = Path(environment.get("ESCALE_DATA", "var")).resolve()
    keys = Path(environment.get("ESCALE_KEYS", "secrets")).resolve()
    if keys == data or data in keys.parents:
        raise SettingsError(
            "ESCALE_KEYS : ce dossier ne peut pas être dans ESCALE_DATA (une sauvegarde aurait les deux)"
        )
    port = _integer(environment, "ESCALE_PORT", 8000, 1, 65535)
    authority, command = _certificates(environment)
    if authority is not None and (authority == data or data in authority.parents):
        raise SettingsError(
            "ESCALE_HUB_AUTHORITY : ce dossier ne peut pas être dans ESCALE_DATA (les sauvegardes l’auraient)"
        )
    origin = environment.get("ESCALE_ORIGIN", f"http://localhost:{port}").rstrip("/")
    return Settings(
        data=data,
        keys=keys,
        database_url=environment.get("ESCALE_DATABASE_URL", f"sqlite:///{data / 'escale.db'}"),
        couchdb=_couchdb(environment),
        host=environment.get("ESCALE_HOST", "127.0.0.1"),
        port=port,
        origin=origin,
        sync_url=_sync_url(environment, origin),
        pwa=Path(environment.get("ESCALE_PWA", "pwa/dist")).resolve(),
        auto_confirm=environment.get("ESCALE_AUTO_CONFIRM", "0") == "1",
        token_seconds=_integer(environment, "ESCALE_TOKEN_SECONDS", MAX_TOKEN_SECONDS, 1, MAX_TOKEN_SECONDS),
        trusted_proxies=_networks(environment, "ESCALE_TRUSTED_PROXIES"),
        hub_authority=authority,
        hub_certificate_command=command,
    )
