"""`escale authority create`: where the certificate is, and where the key that nobody else may have."""

from pathlib import Path

import pytest

from server.cli import run


def test_it_says_which_file_goes_on_tablets_and_which_is_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "authority"

    assert run(["authority", "create", str(made)], {"ESCALE_SYNC_URL": "https://sync.example/sync/"}) == 0

    _, certificate, key = capsys.readouterr().out.replace("\u00a0", " ").splitlines()
    assert certificate == f"Certificat à installer sur les tablettes : {made / 'authority.pem'}"
    assert key == f"Clé à garder secrète : {made / 'authority.key'}"
