"""What is wrong with a form, for a person to read: each kind of defect once, and under it every place.

A Questionnaire made elsewhere has the same few things on each of its questions: a line a defect would be the
same sentence two hundred times.
"""

from collections.abc import Iterable, Iterator

from forms.errors import Defect
from server.demo.texts import text


def lines(defects: Iterable[Defect]) -> Iterator[str]:
    """The kinds in the order of the file, each with its places: linkId, where there is one, and path."""
    for told, places in kinds(defects).items():
        yield text("form_defect", message=told, count=len(places))
        for link_id, path in places:
            yield text(
                "form_defect_place_item" if link_id else "form_defect_place", link_id=link_id, path=path
            )


def kinds(defects: Iterable[Defect]) -> dict[str, list[tuple[str, str]]]:
    """Each defect in words, and the (linkId, path) where it is; a place stands once under each."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for defect in defects:
        member = _member(defect)
        told = f"{member}\u00a0: {defect.reason.french}" if member else defect.reason.french
        found.setdefault(told, {})[defect.link_id, defect.path or defect.place] = None
    return {told: list(places) for told, places in found.items()}


def _member(defect: Defect) -> str:
    """The member of the file that is wrong; nothing when it is one of a list, or a whole item."""
    if defect.place == defect.link_id:
        return ""
    last = defect.path.rpartition(".")[2]
    return "" if last.endswith("]") else last
