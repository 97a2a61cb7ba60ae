"""From a definition file to a `Form`, or to every defect at once; and the forms this package publishes."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import cast

from forms import trial
from forms.canonical import read_url, read_version
from forms.consistency import defects as consistency_defects
from forms.content import questionnaire, too_deep, without_mark
from forms.definition import Form, FormUse, Item
from forms.element import Element
from forms.errors import WHOLE_FILE, Defect, FormInvalid
from forms.extension_values import read_extensions, translation
from forms.extensions import FORM_EXTENSIONS
from forms.location import located
from forms.questionnaire import read_item, read_value_sets
from forms.reason import because
from forms.registry import Registry

FORM_MEMBERS = frozenset(
    [
        "resourceType",
        "language",
        "contained",
        "extension",
        "url",
        "version",
        "name",
        "title",
        "_title",
        "status",
        "subjectType",
        "date",
        "publisher",
        "item",
    ]
)


@cache
def published() -> Registry:
    """The process's published forms, by (url, version): those of `forms/definitions`, read once, and those
    added since to the same registry. Raises FormInvalid.
    """
    folder = resources.files("forms").joinpath("definitions")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return Registry(parse(file.read_bytes(), file.name) for file in files if file.name.endswith(".json"))


def load(path: Path) -> Form:
    """The form in a file, tried without answers: before it is published.

    Raises FormInvalid with every defect, OSError when it cannot be read.
    """
    form = parse(path.read_bytes(), path.name)
    found = trial.defects(form)
    if found:
        raise FormInvalid(path.name, located(questionnaire(form.text.encode(), path.name), found))
    return form


def parse(content: bytes, source: str) -> Form:
    """The form in the bytes of a file; `source` names it in errors. Raises FormInvalid.

    A byte order mark is no part of the form: its text and its digest are those of the bytes after it.
    """
    content = without_mark(content)
    document = questionnaire(content, source)
    root = Element(document, "", [])
    try:
        form = _form(root, content.decode(), hashlib.sha256(content).hexdigest())
        found = root.defects + consistency_defects(tuple(_walk(form.items)), form.use)
        found = located(document, found)
    except RecursionError as error:
        raise FormInvalid(source, [Defect(WHOLE_FILE, too_deep())]) from error
    if found:
        raise FormInvalid(source, found)
    return form


def _form(root: Element, text: str, digest: str) -> Form:
    root.only(FORM_MEMBERS)
    root.one_of("status", ("active", "draft", "retired"))
    root.one_of("language", ("fr",))
    for member in ("name", "date", "publisher"):
        root.text(member)
    root.texts("subjectType")
    fields = read_extensions(root, FORM_EXTENSIONS, "form")
    retention = fields.get("retention")
    if retention is None:
        root.refuse(because("a retention is expected"), "extension")
    value_sets = read_value_sets(root)
    items = tuple(read_item(item, value_sets) for item in root.objects("item"))
    if not items:
        root.refuse(because("sections are expected"), "item")
    index = {item.link_id: item for item in _walk(items)}
    return Form(
        url=read_url(root),
        version=read_version(root),
        title=root.text("title"),
        title_en=translation(root, "title"),
        digest=digest,
        text=text,
        retention=str(retention),
        use=cast("FormUse", fields.get("use") or "record"),
        items=items,
        index=index,
        commune=next((link for link, item in index.items() if item.lookup == "insee-commune"), None),
    )


def _walk(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)
