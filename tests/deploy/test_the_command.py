"""``escale``, as `make install` puts it beside the interpreter: one command, from any directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project's layout: its packages, an environment, the command in it."""
    tree = tmp_path / "opt" / "escale"
    (tree / ".venv" / "bin").mkdir(parents=True)
    for name in ("server", "sync", "forms", "deploy"):
        (tree / name).symlink_to(ROOT / name)
    python = tree / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    makefile = [
        "make",
        "--file",
        str(ROOT / "Makefile"),
        "--old-file",
        ".venv/bin/python",
        ".venv/bin/escale",
    ]
    subprocess.run(makefile, cwd=tree, check=True, capture_output=True)
    return tree


def _said(command: Path, directory: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    ran = subprocess.run(
        [command, "hub", "--help"], cwd=directory, env=environment, check=True, capture_output=True, text=True
    )
    return ran.stdout


def test_it_runs_its_own_code_from_any_directory(tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "server").mkdir(parents=True)
    (elsewhere / "server" / "__init__.py").write_text("raise SystemExit('another server')")

    assert "--central" in _said(tree / ".venv" / "bin" / "escale", elsewhere)


def test_a_link_to_it_is_the_same_command(tree: Path, tmp_path: Path) -> None:
    link = tmp_path / "bin" / "escale"
    link.parent.mkdir()
    link.symlink_to("../opt/escale/.venv/bin/escale")

    assert "--central" in _said(link, tmp_path)


def test_a_revoked_hub_is_not_enrolled_again_by_surprise(tree: Path) -> None:
    (tree / "var" / "hub").mkdir(parents=True)
    (tree / "var" / "hub" / "revoked").touch()
    makefile = ["make", "--file", str(ROOT / "Makefile"), "--old-file", "install", "hub"]

    ran = subprocess.run(makefile, check=False, cwd=tree, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 2
    assert "revoked" in ran.stdout
    assert "rm -r var/hub" in ran.stdout
