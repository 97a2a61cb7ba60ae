"""An enrolment link as a hub is given it (wire §6, §7)."""

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class NotACard(ValueError):
    """Not an enrolment link at all."""


class NotForAHub(ValueError):
    """A tablet's card."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card's secret, and the thumbprint of the organisation signing key that it vouches for."""

    thumbprint: str
    secret: str = field(repr=False)


def read(link: str) -> Card:
    """Read a link; raises ``NotACard``, ``NotForAHub``."""
    fragment = urlsplit(link.strip()).fragment
    if not fragment.startswith("e="):
        raise NotACard(link)
    encoded = fragment.removeprefix("e=")
    try:
        said = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        thumbprint, secret, is_for_hub = said["k"], said["s"], said.get("h") == 1
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotACard(link) from error
    if not isinstance(secret, str) or not isinstance(thumbprint, str):
        raise NotACard(link)
    if not is_for_hub:
        raise NotForAHub(link)
    return Card(thumbprint, secret)
