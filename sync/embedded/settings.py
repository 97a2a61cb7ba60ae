"""Numbers that a database keeps about itself, besides the counters of each transaction."""

from enum import StrEnum

import apsw

REVS_LIMIT = 1000
PURGED_INFOS_LIMIT = 1000


class Setting(StrEnum):
    """What is kept, by the name it is kept under."""

    REVS_LIMIT = "revs_limit"
    PURGED_INFOS_LIMIT = "purged_infos_limit"
    PURGE_SEQ = "purge_seq"

    @property
    def default(self) -> int:
        """The value of a database that was told none."""
        return {Setting.REVS_LIMIT: REVS_LIMIT, Setting.PURGED_INFOS_LIMIT: PURGED_INFOS_LIMIT}.get(self, 0)


def read_setting(connection: apsw.Connection, setting: Setting) -> int:
    """Return a setting's value."""
    found = connection.execute("SELECT value FROM settings WHERE name = ?", (setting,)).fetchone()
    return setting.default if found is None else int(found[0])


def write_setting(connection: apsw.Connection, setting: Setting, value: int) -> None:
    """Store a setting's value."""
    connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (setting, value))
