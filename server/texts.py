"""Texts that no page shows, by key, from ``server/catalogue/<part>.<language>.json``."""

import json
from functools import cache
from pathlib import Path

_CATALOGUE = Path(__file__).parent / "catalogue"


@cache
def catalogue(part: str, language: str = "fr") -> dict[str, str]:
    """Return the texts of one part by key."""
    texts: dict[str, str] = json.loads((_CATALOGUE / f"{part}.{language}.json").read_text(encoding="utf-8"))
    return texts
