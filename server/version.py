"""Which Escale this is."""

from importlib.metadata import PackageNotFoundError, version


def software_version() -> str:
    """Return the installed version; ``0`` when running from a tree that was not installed."""
    try:
        return version("escale")
    except PackageNotFoundError:
        return "0"
