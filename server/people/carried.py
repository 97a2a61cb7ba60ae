"""Which items of a form are told to the team afterwards (docs/forms.md, ``carried``, ``remembered``)."""

from functools import cache

from forms.definition import Form

_SECTION = "history"
_NAMED = frozenset(
    {
        "visit.attending_gp",
        "visit.attending_gp_name",
        "visit.long_term_condition",
        "visit.frailty",
        "identity.used_name",
        "identity.phone",
        "visit.commune",
    }
)
"""What a form published before that extension carries, besides its history; never what is sensitive."""


@cache
def carried_items(form: Form) -> tuple[str, ...]:
    """Return the linkIds of the items whose last answer is told to the team, in the form's order.

    Those offered at the next visit, and those kept for comparison (``escale:remembered``).
    """
    marked = tuple(link_id for link_id, item in form.index.items() if item.carried or item.remembered)
    if marked:
        return marked
    return tuple(
        link_id
        for link_id, item in form.index.items()
        if item.is_leaf
        and item.item_class != "sensitive"
        and (link_id in _NAMED or item.path[:1] == (_SECTION,))
    )
