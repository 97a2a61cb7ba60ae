"""Who may use a database, as CouchDB's `_security` says."""

import pytest

from sync.errors import BadRequest
from sync.security import Group, Security

TEAM = Security(admins=Group(roles=frozenset({"_admin"})), members=Group(roles=frozenset({"team:t1"})))


@pytest.mark.parametrize(
    ("name", "roles", "member", "admin"),
    [
        ("tablet", ["team:t1"], True, False),
        ("tablet", ["team:t2"], False, False),
        ("tablet", [], False, False),
        (None, [], False, False),
        ("central", ["_admin"], True, True),
    ],
)
def test_roles_decide(name: str | None, roles: list[str], member: bool, admin: bool) -> None:
    assert TEAM.is_member(name, roles) == member
    assert TEAM.is_admin(name, roles) == admin


def test_a_new_database_is_closed_to_all_but_server_administrators() -> None:
    assert not Security().is_member("tablet", ["team:t1"])


def test_without_members_a_database_is_open_but_nobody_administers_it() -> None:
    public = Security.from_json({})

    assert public.is_member(None, [])
    assert not public.is_admin(None, [])


def test_security_is_written_as_it_was_read() -> None:
    assert Security.from_json(TEAM.to_json()) == TEAM


@pytest.mark.parametrize(
    "value", [[], {"members": []}, {"members": {"roles": "x"}}, {"admins": {"names": [1]}}]
)
def test_a_malformed_security_object_is_refused(value: object) -> None:
    with pytest.raises(BadRequest):
        Security.from_json(value)
