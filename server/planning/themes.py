"""Themes of the month of prevention stands: the codes of ``stand.theme`` in the prevention stand's form."""

THEMES = (
    "cardiovascular",
    "diabetes",
    "respiratory",
    "cancer_screening",
    "mental_health",
    "vaccination",
    "women",
    "nutrition",
    "other",
)
