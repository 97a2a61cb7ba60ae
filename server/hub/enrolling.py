"""How a hub comes in: it presents its card, shows its short code, waits to be confirmed (wire §7)."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from server.hub.central import CentralApi
from server.hub.disk import Disk
from server.hub.errors import Cause, CentralRefusal, CentralUnreachable, EnrolmentEnded
from server.hub.home import Home
from server.hub.identity import Facts, Identity

log = logging.getLogger("server.hub")

ASK_EVERY_S = 2.0


Tell = Callable[[Cause | None], None]
"""Called when the card was taken (None), and when central is not reached for another reason than before."""


async def enrol(
    home: Home, identity: Identity, central: CentralApi, disk: Disk, tell: Tell = lambda _: None
) -> Identity:
    """Return the hub once confirmed, its facts kept; as long as it takes, through any loss of the link.

    While the disk takes nothing, it is asked again: central goes on telling what it confirmed.

    Raises ``EnrolmentEnded`` when this card leads nowhere: nothing is lost by taking another.
    """
    if identity.card is None or identity.facts is not None:
        return identity
    is_presented = False
    told: Cause | None = None
    while True:
        try:
            if not is_presented:
                await central.redeem(identity, identity.card.secret)
                is_presented = True
                tell(None)
            state, facts = await central.standing(identity, identity.card.secret)
        except CentralUnreachable as error:
            if error.cause is not told:
                log.info("central does not answer yet", extra={"error": str(error)})
                tell(error.cause)
            told = error.cause
        except CentralRefusal as refusal:
            raise EnrolmentEnded(refusal.title) from refusal
        else:
            if state == "refused":
                raise EnrolmentEnded("la coordination a refusé ce boîtier")
            with disk.tried("hub.json"):
                if facts is not None:
                    return await asyncio.to_thread(
                        _confirmed, home, identity, facts, identity.card.thumbprint
                    )
        await asyncio.sleep(ASK_EVERY_S)


def _confirmed(home: Home, identity: Identity, facts: Facts, thumbprint: str) -> Identity:
    """Keep the facts, and forget the card, which serves no more."""
    if facts.verifying_key.thumbprint() != thumbprint:
        # The card was handed over by a person; what answers is not the organisation that made it.
        raise EnrolmentEnded("la carte vient d’une autre organisation que ce serveur")
    confirmed = replace(identity, card=None, facts=facts)
    home.keep(confirmed)
    return confirmed
