"""What a hub keeps on its disk: whole, its own, and nothing once it was revoked."""

import json
from pathlib import Path

import pytest

from server.hub.card import Card
from server.hub.errors import HomeUnreadable, StoreOrphaned
from server.hub.home import Home
from server.hub.identity import Facts, Identity
from server.keys.organisation import OrganisationKeys

CARD = Card("thumbprint", "secret")


def facts(keys: OrganisationKeys) -> Facts:
    return Facts(keys.organisation, keys.signing_key, "team", "https://sync.example/sync", "https://example")


def test_nobody_lives_in_a_new_home(tmp_path: Path) -> None:
    assert Home(tmp_path / "hub").load() is None


def test_a_hub_is_found_again_with_its_card_then_with_its_facts(
    tmp_path: Path, organisation_keys: OrganisationKeys
) -> None:
    home = Home(tmp_path)
    begun = home.begin(CARD)
    found = home.load()
    assert found is not None
    assert (found.device, found.short_code, found.card) == (begun.device, begun.short_code, CARD)
    home.keep(Identity(begun.device, begun.key, None, facts(organisation_keys)))
    found = home.load()
    assert found is not None
    assert (found.card, found.facts) == (None, facts(organisation_keys))
    assert "secret" not in (tmp_path / "hub.json").read_text()


def test_its_key_is_for_its_owner_only_and_never_shown(tmp_path: Path) -> None:
    begun = Home(tmp_path / "hub").begin(CARD)
    assert (tmp_path / "hub").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "hub" / "device.jwk").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "hub" / "device.jwk").read_text())["d"] not in repr(begun)
    assert "secret" not in repr(begun)


@pytest.mark.parametrize("name", ["hub.json", "device.jwk"])
@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "\udcff"])
def test_a_damaged_file_is_said_and_nothing_is_begun_over_it(tmp_path: Path, name: str, content: str) -> None:
    home = Home(tmp_path)
    home.begin(CARD)
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(HomeUnreadable):
        home.load()


def kept(home: Home) -> Path:
    """Put an envelope into the store, which central has not yet."""
    home.store.mkdir(exist_ok=True)
    (home.store / "t1.couch").write_text("ciphertext")
    return home.store / "t1.couch"


def test_no_card_begins_over_databases_of_which_nothing_says_whose_they_are(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.begin(CARD)
    envelope = kept(home)
    (tmp_path / "hub.json").unlink()
    with pytest.raises(StoreOrphaned):
        home.load()
    with pytest.raises(StoreOrphaned):
        home.begin(CARD)
    assert envelope.exists()
    assert (tmp_path / "device.jwk").exists()


def test_a_destruction_that_was_cut_short_is_ended_by_the_next_card(tmp_path: Path) -> None:
    home = Home(tmp_path)
    former = home.begin(CARD)
    envelope = kept(home)
    (tmp_path / "revoked").touch()
    assert home.begin(CARD).device != former.device
    assert not envelope.exists()


def test_a_home_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeUnreadable):
        Home(tmp_path / "file" / "hub")


def test_only_the_revocation_is_left_of_a_revoked_hub(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.begin(CARD)
    home.keep_certificate(b"key and chain")
    (home.store / "databases").mkdir(parents=True)
    (home.store / "databases" / "t1").write_text("ciphertext")
    home.destroy()
    assert [path.name for path in tmp_path.iterdir()] == ["revoked"]
    assert home.is_revoked
    home.destroy()
    assert home.load() is None


def test_a_new_card_begins_another_hub_where_one_was_revoked(tmp_path: Path) -> None:
    home = Home(tmp_path)
    former = home.begin(CARD)
    home.destroy()
    begun = home.begin(CARD)
    assert not home.is_revoked
    assert begun.device != former.device
    assert begun.key.thumbprint() != former.key.thumbprint()
