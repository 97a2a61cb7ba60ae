"""Media types and content codings, as clients announce and accept them (RFC 9110 §8, §12.5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_PARAMETER = re.compile(r';\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))')
_QUOTED_PAIR = re.compile(r"\\(.)")
_NOT_IN_A_HEADER = re.compile(r"[^\x20-\x7e\xa0-\xff]")


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """A value in lower case and its parameters by names in lower case: `multipart/related; boundary="x"`."""

    value: str
    parameters: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header. What is not understood of its parameters is left out."""
        value, _, _ = text.partition(";")
        parameters = {
            name.lower(): token if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
            for name, quoted, token in (match.groups() for match in _PARAMETER.finditer(text))
        }
        return cls(value.strip().lower(), parameters)


def accepts(header: str | None, kind: str) -> bool:
    """Whether who sends this `Accept` takes `kind`; one who says nothing takes anything."""
    if header is None:
        return True
    family = kind.partition("/")[0]
    qualities = _qualities(header)
    for name in (kind, f"{family}/*", "*/*"):
        if name in qualities:
            return qualities[name] > 0
    return False


def accepts_gzip(header: str | None) -> bool:
    """Whether who sends this `Accept-Encoding` takes gzip."""
    qualities = _qualities(header or "")
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def header_text(text: str) -> str:
    """Return a text that a client chose as it may stand in a header."""
    return _NOT_IN_A_HEADER.sub("?", text)


def _qualities(header: str) -> dict[str, float]:
    read = (HeaderValue.parse(one) for one in header.split(","))
    return {one.value: _quality(one.parameters.get("q", "1")) for one in read if one.value}


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
