"""Who a hub is, and what it knows of its organisation: nothing of this opens a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import ECKey

from server.enrolment.short_code import short_code
from server.hub.card import Card
from server.keys.public import import_public


@dataclass(frozen=True, slots=True)
class Facts:
    """What a confirmed enrolment told, as far as a hub needs it; ``signing_key`` is the organisation's."""

    organization: str
    signing_key: Mapping[str, Any]
    team: str
    sync_url: str
    origin: str

    @property
    def verifying_key(self) -> ECKey:
        """The key that verifies what central signed."""
        return import_public(self.signing_key)

    @property
    def host(self) -> str:
        """The replication host name, for which the hub has a certificate."""
        return urlsplit(self.sync_url).hostname or ""

    @property
    def foreign_origins(self) -> frozenset[str]:
        """The application's origin, when it is not the node's own."""
        application, node = urlsplit(self.origin), urlsplit(self.sync_url)
        if (application.scheme, application.netloc) == (node.scheme, node.netloc):
            return frozenset()
        return frozenset({f"{application.scheme}://{application.netloc}"})


@dataclass(frozen=True, slots=True)
class Identity:
    """A hub's device id and key; its card until it is confirmed, the facts from then on."""

    device: str
    key: ECKey = field(repr=False)
    card: Card | None = None
    facts: Facts | None = None

    @property
    def short_code(self) -> str:
        """The code that the hub shows and the coordinator compares."""
        return short_code(self.device, self.key.thumbprint())
