"""What the settings say of the node's address, and what they refuse."""

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
