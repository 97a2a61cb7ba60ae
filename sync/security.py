"""Who may use a database: CouchDB's `_security` object and its rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from sync.errors import BadRequest

SERVER_ADMIN: Final = "_admin"


@dataclass(frozen=True, slots=True)
class Group:
    """Names and roles; whoever has one of them belongs."""

    names: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is named."""
        return not self.names and not self.roles

    def admits(self, name: str | None, roles: Collection[str]) -> bool:
        """Whether somebody of this name or with one of these roles belongs."""
        return name in self.names or not self.roles.isdisjoint(roles)

    @classmethod
    def from_json(cls, value: object, where: str) -> Self:
        """Read `{"names": [...], "roles": [...]}`; raises BadRequest."""
        if not isinstance(value, Mapping):
            raise BadRequest(f"{where} must be a JSON object")
        return cls(_texts(value, "names", where), _texts(value, "roles", where))

    def to_json(self) -> dict[str, list[str]]:
        """Write `{"names": [...], "roles": [...]}`."""
        return {"names": sorted(self.names), "roles": sorted(self.roles)}


@dataclass(frozen=True, slots=True)
class Security:
    """A database's administrators and members.

    As in CouchDB 3, a new database admits server administrators only; `Security(members=Group())` with
    neither names nor roles would admit anyone and must be asked for explicitly.
    """

    admins: Group = field(default_factory=lambda: Group(roles=frozenset({SERVER_ADMIN})))
    members: Group = field(default_factory=lambda: Group(roles=frozenset({SERVER_ADMIN})))

    def is_admin(self, name: str | None, roles: Collection[str]) -> bool:
        """Whether this somebody may change the database's design and security."""
        return SERVER_ADMIN in roles or self.admins.admits(name, roles)

    def is_member(self, name: str | None, roles: Collection[str]) -> bool:
        """Whether this somebody may read and write documents."""
        return self.members.is_empty or self.is_admin(name, roles) or self.members.admits(name, roles)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read a `_security` object; raises BadRequest."""
        if not isinstance(value, Mapping):
            raise BadRequest("Request body must be a JSON object")
        return cls(
            Group.from_json(value.get("admins", {}), "admins"),
            Group.from_json(value.get("members", {}), "members"),
        )

    def to_json(self) -> dict[str, dict[str, list[str]]]:
        """Write a `_security` object."""
        return {"admins": self.admins.to_json(), "members": self.members.to_json()}


def _texts(group: Mapping[str, object], member: str, where: str) -> frozenset[str]:
    values = group.get(member, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadRequest(f"{member} must be a JSON list of strings in {where}")
    return frozenset(values)
