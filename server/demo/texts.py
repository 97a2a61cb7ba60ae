"""What the console says, from ``server/catalogue/console.<language>.json``."""

from server import texts


def catalogue(language: str = "fr") -> dict[str, str]:
    """Return the console's texts by key."""
    return texts.catalogue("console", language)


def text(key: str, **values: object) -> str:
    """Return one text with its values filled in."""
    return catalogue()[key].format(**values)
