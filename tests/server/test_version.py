"""Which Escale this says it is."""

import tomllib
from pathlib import Path

from server.version import software_version

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_a_tree_that_was_not_installed_is_of_its_projects_version() -> None:
    assert software_version() == tomllib.loads(PROJECT.read_text())["project"]["version"]
