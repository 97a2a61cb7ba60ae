"""The chain of each device: gaps, forks and broken links, from the set of its signed records (wire §2)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from server.projection.findings import row
from server.projection.statements import insert_rows, table
from server.store.read import ChainLink, EnvelopeSeen, Finding, FindingCode

CHAIN_CODES = (FindingCode.SEQUENCE_GAP, FindingCode.SEQUENCE_FORK, FindingCode.CHAIN_BROKEN)
MAX_GAPS = 100
"""Ranges named in one finding; a device that skips more often than this needs no longer list."""


class Link(NamedTuple):
    """One signed record's place in its device's chain."""

    digest: str
    sequence: int
    previous: str | None


def derive(session: Session, devices: Collection[str]) -> None:
    """Replace the chain findings of these devices by what their records now show."""
    findings = table(Finding)
    session.connection().execute(
        delete(findings).where(findings.c.device_id.in_(devices), findings.c.code.in_(CHAIN_CODES))
    )
    databases = _databases(session, devices)
    links: dict[str, list[Link]] = defaultdict(list)
    for device, digest, sequence, previous in session.exec(
        select(ChainLink.device_id, ChainLink.digest, ChainLink.sequence, ChainLink.previous).where(
            col(ChainLink.device_id).in_(devices)
        )
    ):
        links[device].append(Link(digest, sequence, previous))
    rows = [finding for device in links for finding in findings_of(device, databases[device], links[device])]
    insert_rows(session, Finding, rows)


def findings_of(device: str, database: str, links: Sequence[Link]) -> Iterator[dict[str, Any]]:
    """Yield the findings of one device's links, whatever their order."""
    by_sequence: dict[int, set[str]] = defaultdict(set)
    for link in links:
        by_sequence[link.sequence].add(link.digest)
    place = {"database": database, "device_id": device}
    missing = list(_missing(sorted(by_sequence)))
    if missing:
        details = {"missing": missing[:MAX_GAPS], "ranges": len(missing)}
        yield row(FindingCode.SEQUENCE_GAP, device, **place, details=details)
    for sequence, digests in by_sequence.items():
        if len(digests) > 1:
            details = {"sequence": sequence, "records": sorted(digests)}
            yield row(FindingCode.SEQUENCE_FORK, f"{device}:{sequence}", **place, details=details)
    for link in links:
        before = by_sequence.get(link.sequence - 1)
        if before and link.previous not in before:
            details = {"sequence": link.sequence, "records": [link.digest]}
            yield row(FindingCode.CHAIN_BROKEN, f"{device}:{link.digest}", **place, details=details)


def _missing(sequences: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the inclusive ranges absent between 1 and the last sequence."""
    for before, after in pairwise([0, *sequences]):
        if after > before + 1:
            yield before + 1, after - 1


def _databases(session: Session, devices: Collection[str]) -> dict[str, str]:
    """The first database, by name, that holds something of each device."""
    return dict(
        session.exec(
            select(ChainLink.device_id, func.min(EnvelopeSeen.database))
            .join(EnvelopeSeen, col(EnvelopeSeen.record_digest) == col(ChainLink.digest))
            .where(col(ChainLink.device_id).in_(devices))
            .group_by(ChainLink.device_id)
        ).all()
    )
