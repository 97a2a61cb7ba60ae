"""What a hub's page says, from ``server/catalogue/hub.<language>.json``."""

import json
from functools import cache
from pathlib import Path

_CATALOGUE = Path(__file__).parent.parent / "catalogue"


@cache
def catalogue(language: str = "fr") -> dict[str, str]:
    """Return the page's texts by key."""
    texts: dict[str, str] = json.loads((_CATALOGUE / f"hub.{language}.json").read_text(encoding="utf-8"))
    return texts


def text(key: str, **values: object) -> str:
    """Return one text with its values filled in."""
    return catalogue()[key].format(**values)
