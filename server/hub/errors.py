"""What can stop a hub, or make it wait.

::

    HubError
    ├── CentralUnreachable  nothing answered, or not as central does: tried again later
    ├── CentralRefusal      central refused, with a problem code
    ├── EnrolmentEnded      the card will never enrol this hub: another one is needed
    ├── HubRevoked          the organisation took the hub's access away, for good
    ├── HomeUnreadable      what the hub keeps is damaged or not its own
    │   └── StoreOrphaned   databases without the file that says whose they are
    └── ListeningFailed     a port cannot be opened
"""

from enum import StrEnum
from pathlib import Path


class HubError(Exception):
    """Base of the tree."""


class Cause(StrEnum):
    """Why central was not reached."""

    SILENT = "silent"
    UNTRUSTED = "untrusted"
    """Its certificate is not one to be believed."""
    FOREIGN = "foreign"
    """Something answers that is not central."""
    FAILING = "failing"
    """Central, or what is before it, says that it cannot answer now."""


class CentralUnreachable(HubError):
    """No link, a failing server, or an answer that is not central's: ``cause``."""

    def __init__(self, reason: str, cause: Cause = Cause.FOREIGN) -> None:
        super().__init__(reason)
        self.cause = cause


class CentralRefusal(HubError):
    """Central knows what was asked and refuses: ``code`` of wire §6, ``title`` in French."""

    def __init__(self, code: str, title: str) -> None:
        super().__init__(f"{code}: {title}")
        self.code = code
        self.title = title


class EnrolmentEnded(HubError):
    """The card was used, expired or refused; ``title`` says which, in French."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


class HubRevoked(HubError):
    """Central signed it, or says so to the hub's own key."""


class HomeUnreadable(HubError):
    """A file of the hub's directory: ``path``."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} cannot be read")
        self.path = path


class StoreOrphaned(HomeUnreadable):
    """The databases at ``path`` may hold what central has not yet, and ``hub.json`` is missing."""


class ListeningFailed(HubError):
    """An address that cannot be listened on: ``host``, ``port`` and why."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port}: {reason}")
        self.host = host
        self.port = port
        self.reason = reason
