"""Challenges that a device key signs, once, to get a token."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from server.errors import NotAuthenticated
from server.identifiers import new_secret
from server.store.control import DeviceNonce

LIFETIME = timedelta(seconds=60)
"""How long after it is drawn, or after the end of the token it was given with, a challenge may be signed."""


def issue(session: Session, device: str, start: datetime) -> DeviceNonce:
    """Record and return a challenge for a tablet, good until ``LIFETIME`` after ``start``."""
    nonce = DeviceNonce(nonce=new_secret(), device_id=device, expires_at=start + LIFETIME)
    session.add(nonce)
    return nonce


def use(session: Session, nonce: str, device: str, now: datetime) -> None:
    """Use a challenge up; raise ``nonce-invalid`` unless it was this tablet's, unused and fresh.

    One statement, so that two requests with the same signed challenge cannot both pass.
    """
    used = session.exec(
        delete(DeviceNonce).where(
            col(DeviceNonce.nonce) == nonce,
            col(DeviceNonce.device_id) == device,
            col(DeviceNonce.expires_at) > now,
        )
    )
    if used.rowcount != 1:
        raise NotAuthenticated.of("nonce-invalid")


def forget_expired(session: Session, now: datetime) -> None:
    """Delete the challenges that nobody can use any more."""
    session.exec(delete(DeviceNonce).where(col(DeviceNonce.expires_at) <= now))
