"""Bounds on what one client may ask of the node."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    `body_bytes` admits PouchDB's usual batch of 100 envelopes of the largest size (wire §3.3).
    `document_bytes` bounds one document without its attachments, as CouchDB does by default;
    `identifier_bytes` bounds an id, so that it can be named in an address, three times as long when encoded;
    `attachment_bytes` one attachment, `multipart_bytes` a document with those that follow it: they wait on
    disk and not in memory.
    `find_s` ends a query, from when it is asked until its last page is judged.
    `feed_life_s` ends a feed that its client keeps alive by heartbeats; the client asks again.
    `body_revisions` bounds what the histories of one request name in all: each takes some two hundred bytes
    once read, and is merged.
    A body may not pause for longer than `body_silence_s`, nor come slower than `body_bytes_per_s` once
    `body_grace_s` have passed.
    """

    body_bytes: int = 48 * 1024 * 1024
    body_revisions: int = 200_000
    identifier_bytes: int = 16 * 1024
    document_bytes: int = 8_000_000
    attachment_bytes: int = 64 * 1024 * 1024
    multipart_bytes: int = 256 * 1024 * 1024
    local_bytes: int = 64 * 1024
    default_timeout_s: float = 60.0
    min_heartbeat_s: float = 0.1
    find_s: float = 10.0
    feed_life_s: float = 3600.0
    page_rows: int = 1000
    body_silence_s: float = 30.0
    body_grace_s: float = 60.0
    body_bytes_per_s: float = 128.0
