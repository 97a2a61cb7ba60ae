"""Who acted through a link, for the pages that show the access log: it holds the link's id only."""

from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import Session, col, select

from server.store.remote import Opinion, RemoteLink


class RemoteName(NamedTuple):
    """The doctor's name: as they signed, else as the assistant typed it; and who asked for the link."""

    name: str | None
    member_id: str


def remote_names(session: Session, links: Collection[str]) -> dict[str, RemoteName]:
    """Return the names behind these links."""
    if not links:
        return {}
    signed = dict(
        session.exec(
            select(Opinion.link_id, Opinion.signed_name).where(col(Opinion.link_id).in_(links))
        ).all()
    )
    found = session.exec(select(RemoteLink).where(col(RemoteLink.id).in_(links)))
    return {link.id: RemoteName(signed.get(link.id) or link.physician, link.member_id) for link in found}
