"""What these tests share: databases' names, times to wait, and reading a feed's ids."""

from sync.engine import Engine

DB = "contract-one"
OTHER = "contract-two"
ANOTHER = "contract-another"
SOON_S = 0.05
LONG_S = 10.0


async def identifiers(engine: Engine, **asked: object) -> list[str]:
    """Return the ids of the changes asked for, in their order."""
    page = await engine.changes(DB, **asked)  # type: ignore[arg-type]
    return [change.identifier for change in page.results]
