"""What the settings say of the node's address, and what they refuse."""

from pathlib import Path

import pytest

from server.settings import SettingsError, read


def test_one_origin_serves_all_unless_told_otherwise() -> None:
    settings = read({"ESCALE_ORIGIN": "https://escale.example/"})
    assert settings.sync_url == "https://escale.example/sync"
    assert settings.node_origin == "https://escale.example"
    assert settings.foreign_origins == frozenset()


@pytest.mark.parametrize("typed", ["https://sync.escale.example/sync/", "https://sync.escale.example/sync"])
def test_the_application_calls_a_node_of_another_name_from_its_own_origin(typed: str) -> None:
    settings = read({"ESCALE_ORIGIN": "https://escale.example", "ESCALE_SYNC_URL": typed})
    assert settings.sync_url == "https://sync.escale.example/sync"
    assert settings.node_origin == "https://sync.escale.example"
    assert settings.foreign_origins == {"https://escale.example"}


@pytest.mark.parametrize(
    "typed", ["", "sync.escale.example", "ftp://a/sync", "https:///sync", "https://a/sync?b"]
)
def test_an_address_that_is_none_is_refused_by_name(typed: str) -> None:
    with pytest.raises(SettingsError, match="ESCALE_SYNC_URL"):
        read({"ESCALE_SYNC_URL": typed})


def test_the_hubs_authority_is_not_kept_where_backups_hold_all(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for inside in (data, data / "authority"):
        with pytest.raises(SettingsError, match="ESCALE_HUB_AUTHORITY"):
            read({"ESCALE_DATA": str(data), "ESCALE_HUB_AUTHORITY": str(inside)})
    beside = read({"ESCALE_DATA": str(data), "ESCALE_HUB_AUTHORITY": str(tmp_path / "authority")})
    assert beside.hub_authority == tmp_path / "authority"


def test_a_couchdb_is_named_by_a_variable_or_by_a_file(tmp_path: Path) -> None:
    address = "http://central:s%C3%A9same@couch:5984/"
    (tmp_path / "couchdb_url").write_text(f"{address}\n", "utf-8")

    named = read({"ESCALE_COUCHDB_URL": address}).couchdb
    mounted = read({"ESCALE_COUCHDB_URL_FILE": str(tmp_path / "couchdb_url")})

    assert named is not None
    assert (named.root, named.user, named.password) == ("http://couch:5984", "central", "sésame")
    assert mounted.couchdb == named
    assert "sésame" not in repr(mounted)
    assert read({}).couchdb is None


@pytest.mark.parametrize(
    "environment",
    [
        {"ESCALE_COUCHDB_URL": "http://couch:5984"},
        {"ESCALE_COUCHDB_URL": "central:hunter2@couch"},
        {"ESCALE_COUCHDB_URL": "http://a:hunter2@b", "ESCALE_COUCHDB_URL_FILE": "/nowhere"},
        {"ESCALE_COUCHDB_URL_FILE": "/nowhere/hunter1"},
    ],
)
def test_a_couchdb_that_cannot_be_meant_is_refused_without_its_password(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="ESCALE_COUCHDB_URL") as refused:
        read(environment)
    assert "hunter2" not in str(refused.value)
