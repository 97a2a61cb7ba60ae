"""The appointments of a file between its preview and its confirmation: in the page itself, signed.

Nothing is kept on the server, and a restart in between loses nothing. Signed by the organisation, for one
member and some hours, so that what is confirmed is what was previewed.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from server.keys import jws
from server.keys.errors import InvalidSignature
from server.keys.organisation import OrganisationKeys
from server.planning.appointment import Appointment

TYP = "escale-import+jws"
LIFETIME = timedelta(hours=12)


class PreviewLost(Exception):
    """Not a preview of this member, or one too old: the file is to be read again."""


def signed(appointments: Sequence[Appointment], keys: OrganisationKeys, member: str, now: datetime) -> str:
    """Return appointments as a text that only this server can have made."""
    payload = {
        "member": member,
        "until": (now + LIFETIME).isoformat(),
        "appointments": [asdict(each) for each in appointments],
    }
    return jws.sign(orjson.dumps(payload), keys.signing, TYP)


def opened(text: str, keys: OrganisationKeys, member: str, now: datetime) -> list[Appointment]:
    """Return the appointments of such a text; raise ``PreviewLost``."""
    try:
        payload: dict[str, Any] = orjson.loads(jws.verify(text, keys.signing, TYP))
    except (InvalidSignature, ValueError) as error:
        raise PreviewLost from error
    if payload["member"] != member or datetime.fromisoformat(payload["until"]) < now:
        raise PreviewLost
    return [_appointment(each) for each in payload["appointments"]]


def _appointment(stored: dict[str, Any]) -> Appointment:
    born = stored["birth_date"]
    return Appointment(
        **{
            **stored,
            "expected_at": time.fromisoformat(stored["expected_at"]),
            "birth_date": date.fromisoformat(born) if born else None,
        }
    )
