"""Rules that one value breaks or keeps by itself: limits, spelling, dates, offered options."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from forms.communes import table
from forms.curves import are_curves
from forms.definition import Item, Value
from forms.finding import Finding, finding
from forms.functions.ages import completed_years
from forms.ins import text_rule_defect
from forms.rounding import decimal_places

MAXIMUM_AGE_YEARS = 120
_BIRTH_PLACE = re.compile(r"(?:[0-9]{5}|2[AB][0-9]{3})")


def number_finding(item: Item, value: Decimal, *, confirmed: bool) -> Finding | None:
    """Hard limits, decimals, then soft limits unless the value was confirmed; all limits inclusive."""
    if _outside(value, item.minimum, item.maximum):
        return finding(item.link_id, "hard-limit", minimum=item.minimum, maximum=item.maximum)
    if item.decimals is not None and decimal_places(value) > item.decimals:
        return finding(item.link_id, "decimals", decimals=item.decimals)
    if not confirmed and _outside(value, item.soft_minimum, item.soft_maximum):
        return finding(item.link_id, "soft-limit", minimum=item.soft_minimum, maximum=item.soft_maximum)
    return None


def text_finding(item: Item, value: str) -> Finding | None:
    """Blank text, the item's spelling rule, its length in UTF-16 code units, then a device's curves."""
    if not value.strip():
        return finding(item.link_id, "text-rule", reason="empty")
    if item.text_rule is not None:
        reason = text_rule_defect(item.text_rule, value)
        if reason is not None:
            return finding(item.link_id, "text-rule", reason=reason)
    if item.max_length is not None and len(value.encode("utf-16-le", "surrogatepass")) // 2 > item.max_length:
        return finding(item.link_id, "length", max_length=item.max_length)
    if item.instrument == "spirometer-file" and not are_curves(value):
        return finding(item.link_id, "curves")
    return None


def date_finding(item: Item, value: date, visit_date: date) -> Finding | None:
    """A birth date after the visit or over 120 completed years before it; a follow-up before the visit."""
    if item.date_rule == "birth-date" and (
        value > visit_date or completed_years(value, visit_date) > MAXIMUM_AGE_YEARS
    ):
        return finding(item.link_id, "date-rule")
    if item.date_rule == "not-before-visit" and value < visit_date:
        return finding(item.link_id, "date-rule")
    return None


def year_finding(item: Item, value: Decimal, visit_date: date) -> Finding | None:
    """A year of birth after the year of the visit."""
    after = item.year_rule == "birth-year" and value > visit_date.year
    return finding(item.link_id, "year-rule") if after else None


def choice_findings(item: Item, values: Sequence[Value]) -> list[Finding]:
    """Codes that are not offered; an exclusive option beside another."""
    found = []
    for value in values:
        if value not in item.options and not _is_looked_up(item, str(value)):
            found.append(finding(item.link_id, "option"))
            break
    if len(values) > 1 and any(item.options[str(v)].exclusive for v in values if v in item.options):
        found.append(finding(item.link_id, "exclusive"))
    return found


def _is_looked_up(item: Item, code: str) -> bool:
    if item.lookup == "insee-commune":
        return code in table().by_code
    return item.lookup == "insee-birth-place" and _BIRTH_PLACE.fullmatch(code) is not None


def _outside(value: Decimal, minimum: Decimal | None, maximum: Decimal | None) -> bool:
    return (minimum is not None and value < minimum) or (maximum is not None and value > maximum)
