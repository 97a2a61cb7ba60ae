"""Ages on a day: completed years, and decimal years as reference equations take them."""

from datetime import date, timedelta

DAYS_IN_A_YEAR = 365.25
CHILD_YEARS = 6
"""Up to this birthday, that day included, the repeatability of spirometry is a child's."""


def completed_years(birth: date, on: date) -> int:
    """Age in completed years; someone born on 29 February completes a year on 1 March of common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def decimal_years(birth: date, on: date) -> float:
    """Days since birth over 365.25; negative before it."""
    return (on - birth).days / DAYS_IN_A_YEAR


def is_child(birth: date, on: date) -> bool:
    """Whether the sixth birthday is still to come, or is that day."""
    return on == date.min or completed_years(birth, on - timedelta(days=1)) < CHILD_YEARS
