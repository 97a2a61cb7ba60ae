"""Where a defect is: both the linkId, by which people know a question, and the path in the file."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from forms.errors import WHOLE_FILE, Defect

_ITEM = re.compile(r"item\[\d+\](?:\.item\[\d+\])*")


def located(document: Mapping[str, object], defects: Iterable[Defect]) -> list[Defect]:
    """The defects with both, as far as the file has them; what is said twice of one place is said once."""
    link_ids = dict(_items(document, ""))
    paths: dict[str, list[str]] = {}
    for path, link_id in link_ids.items():
        paths.setdefault(link_id, []).append(path)
    return list(dict.fromkeys(_located(defect, link_ids, paths) for defect in defects))


def _located(defect: Defect, link_ids: Mapping[str, str], paths: Mapping[str, list[str]]) -> Defect:
    if defect.place == WHOLE_FILE:
        return defect
    if defect.place in paths:
        return msgspec.structs.replace(defect, link_id=defect.place, path=", ".join(paths[defect.place]))
    holder = _ITEM.match(defect.place)
    link_id = link_ids.get(holder[0], "") if holder is not None else ""
    return msgspec.structs.replace(defect, link_id=link_id, path=defect.place)


def _items(holder: Mapping[str, object], place: str) -> Iterator[tuple[str, str]]:
    """The path and the linkId of every item below, in the order of the file."""
    items = holder.get("item")
    for position, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            path = f"{place}item[{position}]"
            link_id = item.get("linkId")
            yield path, link_id if isinstance(link_id, str) else ""
            yield from _items(item, f"{path}.")
