"""The organisation's keys: written once, read ever after, never drawn again in silence."""

import stat
from pathlib import Path

import pytest

from server.keys import directory
from server.keys.errors import CannotOpen, KeysUnavailable
from server.keys.organisation import generate, rotate_encryption

ID = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"


def test_keys_read_back_are_those_written(tmp_path: Path) -> None:
    created = directory.create(tmp_path, ID)
    loaded = directory.load(tmp_path, ID)
    assert loaded.signing_key == created.signing_key
    assert loaded.open_sealed(created.seal(b"secret")) == b"secret"


def test_files_are_the_owners_alone(tmp_path: Path) -> None:
    directory.create(tmp_path / "keys", ID)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_existing_keys_are_never_overwritten(tmp_path: Path) -> None:
    created = directory.create(tmp_path, ID)
    with pytest.raises(KeysUnavailable):
        directory.create(tmp_path, ID)
    assert directory.load(tmp_path, ID).signing_key == created.signing_key


@pytest.mark.parametrize("file", [directory.SIGNING, directory.ENCRYPTION, directory.TOKEN])
@pytest.mark.parametrize("content", [None, "", "{}", '{"keys": []}', '{"keys": [{"kty": "EC"}]}', "\xff"])
def test_a_file_missing_or_damaged_is_named(tmp_path: Path, file: str, content: str | None) -> None:
    directory.create(tmp_path, ID)
    path = tmp_path / ID / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(KeysUnavailable) as caught:
        directory.load(tmp_path, ID)
    assert caught.value.path == path


def test_a_rotation_seals_to_the_new_key_and_still_opens_the_old(tmp_path: Path) -> None:
    before = directory.create(tmp_path, ID)
    sealed = before.seal(b"before")
    directory.replace_encryption(tmp_path, rotate_encryption(before))
    after = directory.load(tmp_path, ID)
    assert after.encryption_key["kid"] != before.encryption_key["kid"]
    assert after.open_sealed(sealed) == b"before"
    with pytest.raises(CannotOpen):
        before.open_sealed(after.seal(b"after"))


def test_private_parts_are_not_in_the_representation() -> None:
    keys = generate(ID)
    assert str(keys.signing.as_dict(private=True)["d"]) not in repr(keys)
    assert "ECKey" not in repr(keys)
