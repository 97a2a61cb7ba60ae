"""What a hub's page says, from ``server/catalogue/hub.<language>.json``."""

from server import texts


def catalogue(language: str = "fr") -> dict[str, str]:
    """Return the page's texts by key."""
    return texts.catalogue("hub", language)


def text(key: str, **values: object) -> str:
    """Return one text with its values filled in."""
    return catalogue()[key].format(**values)
