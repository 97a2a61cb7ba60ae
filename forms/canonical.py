"""By what a form is named: its url and its version, how these are written, and which version is later.

A form's name, the last segment of its url, is what rules of letters, figures and campaigns know it by.
"""

import re
from collections.abc import Iterable

from forms.definition import Form
from forms.element import Element
from forms.errors import Defect
from forms.reason import because

LONGEST_URL = 200
"""Characters of a url."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_URL = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._~-]+)*/[a-z0-9-]+")
_PART = "(?:0|[1-9][0-9]{0,3})"
_VERSION = re.compile(rf"{_PART}\.{_PART}\.{_PART}")


def read_url(root: Element) -> str:
    """The url of a definition file; what is no url of a form is noted as a defect."""
    found = root.text("url")
    if found and (_URL.fullmatch(found) is None or ".." in found or len(found) > LONGEST_URL):
        root.refuse(
            because(
                "an absolute http or https URL is expected, of {longest} characters at most, without .., "
                "| ? #, blanks nor signs other than - . _ ~, its last segment in a-z, 0-9 and -",
                longest=LONGEST_URL,
            ),
            "url",
        )
    return found


def read_version(root: Element) -> str:
    """The version of a definition file; what is not three numbers is noted as a defect."""
    found = root.text("version")
    if found and _VERSION.fullmatch(found) is None:
        root.refuse(
            because("three numbers are expected, x.y.z, of 4 digits at most, without leading zeros"),
            "version",
        )
    return found


def name_of(url: str) -> str:
    """The form's name: the last segment of its url."""
    return url.rpartition("/")[2]


def order(version: str) -> tuple[int, ...]:
    """By what versions are compared, as numbers: 1.10.0 is later than 1.9.0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def in_order(forms: Iterable[Form]) -> list[Form]:
    """The forms by url, the earliest version of each first."""
    return sorted(forms, key=lambda form: (form.url, order(form.version)))


def misnamed(form: Form, known: Iterable[Form]) -> list[Defect]:
    """Why `form`, which is not among `known`, cannot be published after them under its url and version.

    A name is that of one url for ever: records of another would be counted as this form's, and no later
    version would be held against it. A version is later than all those of its url.
    """
    found: dict[Defect, None] = {}
    latest: Form | None = None
    for other in in_order(known):
        if other.url == form.url:
            latest = other
        elif name_of(other.url) == name_of(form.url):
            reason = because(
                "{name} is the name of {url}, published already", name=name_of(form.url), url=other.url
            )
            found[Defect("url", reason, path="url")] = None
    if latest is not None and order(form.version) <= order(latest.version):
        reason = because("{latest} is published: a later version is expected", latest=latest.version)
        found[Defect("version", reason, path="version")] = None
    return list(found)
