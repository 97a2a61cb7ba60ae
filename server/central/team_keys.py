"""Team keys: 256-bit octet keys by epoch, kept sealed to the organisation (wire §1).

Removing a device or a member starts an epoch; earlier epochs stay, to open what they sealed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from joserfc.jwk import OctKey
from sqlmodel import Session, select

from server.central.errors import NoTeamKey
from server.keys.organisation import OrganisationKeys
from server.keys.public import import_octet
from server.store.control import TeamKey


def team_key_id(team: str, epoch: int) -> str:
    """Return the ``kid`` of a team key: ``<team>.<epoch>``."""
    return f"{team}.{epoch}"


@dataclass(frozen=True)
class TeamKeyRing:
    """Every epoch of one team's key; ``epochs`` is never empty."""

    team: str
    epochs: Mapping[int, OctKey] = field(repr=False)

    @property
    def current_epoch(self) -> int:
        """The epoch to which everything new is sealed."""
        return max(self.epochs)

    @property
    def current(self) -> OctKey:
        """The key of the current epoch."""
        return self.epochs[self.current_epoch]

    @property
    def current_id(self) -> str:
        """The ``kid`` of the current epoch's key."""
        return team_key_id(self.team, self.current_epoch)

    @cached_property
    def by_id(self) -> Mapping[str, OctKey]:
        """The keys by ``kid``."""
        return {team_key_id(self.team, epoch): key for epoch, key in self.epochs.items()}


class TeamKeys:
    """Reads team keys from the control tables; what was opened once is kept in memory."""

    def __init__(self, keys: OrganisationKeys) -> None:
        self._keys = keys
        self._opened: dict[str, OctKey] = {}

    def ring(self, session: Session, team: str) -> TeamKeyRing:
        """Return a team's keys; raise ``NoTeamKey``, or ``CannotOpen`` when the organisation's key did."""
        rows = session.exec(select(TeamKey).where(TeamKey.team_id == team)).all()
        if not rows:
            raise NoTeamKey(f"team {team} has no key")
        return TeamKeyRing(team, {row.epoch: self._open(row) for row in rows})

    def start_epoch(self, session: Session, team: str, at: datetime) -> int:
        """Add a new key for a team, current as soon as the session commits; return its epoch, from 1."""
        epochs = session.exec(select(TeamKey.epoch).where(TeamKey.team_id == team)).all()
        epoch = max(epochs, default=0) + 1
        key = OctKey.generate_key(256, {"kid": team_key_id(team, epoch)})
        sealed = self._keys.seal(octet_json(key))
        session.add(TeamKey(team_id=team, epoch=epoch, sealed=sealed, created_at=at))
        return epoch

    def _open(self, row: TeamKey) -> OctKey:
        kid = team_key_id(row.team_id, row.epoch)
        if kid not in self._opened:
            self._opened[kid] = import_octet(json.loads(self._keys.open_sealed(row.sealed)))
        return self._opened[kid]


def octet_json(key: OctKey) -> bytes:
    """Write a team key as the JWK that is sealed (wire §4, ``keyring``): ``kty``, ``k``, ``kid``."""
    jwk = key.as_dict(private=True)
    return json.dumps({"kty": "oct", "k": jwk["k"], "kid": jwk["kid"]}, separators=(",", ":")).encode()
