"""Predicates in words, for whoever opens what is behind a figure."""

from collections.abc import Callable

from server.projection.figure_items import FORM, link_id_of
from server.report.facts import FACTS, OPEN, TASK_FACTS, Kind, form_titles, options
from server.report.predicate import AllOf, AnyOf, Between, Days, In, Missing, Not, Predicate

Translate = Callable[..., str]


def describe(predicate: Predicate, t: Translate, language: str) -> str:
    """Return a predicate in the words of the catalogue ``t``; codes in those of the forms."""
    match predicate:
        case AllOf(()):
            return t("report.describe.every")
        case AllOf(of):
            return t("report.describe.all").join(describe(part, t, language) for part in of)
        case AnyOf(of):
            return t("report.describe.any").join(describe(part, t, language) for part in of)
        case Not(of):
            return t("report.describe.not", part=describe(of, t, language))
        case In(fact, codes):
            return _in(fact, codes, t, language)
        case Missing(fact, reasons):
            said = ", ".join(t(f"report.missing.{reason}").lower() for reason in reasons)
            return t("report.describe.missing", fact=t(f"report.fact.{fact}"), reasons=said)
        case Between(fact, low, high):
            return _bounds(fact, low, high, t)
        case Days(first, last):
            return t("report.describe.in", fact=t("report.fact.day"), codes=f"{first or ''} – {last or ''}")


def _in(fact: str, codes: tuple[str, ...], t: Translate, language: str) -> str:
    name = t(f"report.fact.{fact}")
    if FACTS[fact].kind is Kind.IDENTIFIER:
        return t("report.describe.this", fact=name)
    link_id = link_id_of(fact)
    words = options(link_id) if link_id else _words(fact, codes, t)
    if fact == "identified":
        words = {code: (t("report.yes"), t("report.yes")) for code in ("true",)}
        words["false"] = (t("report.no"), t("report.no"))
    if fact == "state":
        words = {code: (t(f"state.{code}"),) * 2 for code in codes}
    said = [words[code][language != "fr"] if code in words else code for code in codes]
    return t("report.describe.in", fact=name, codes=", ".join(said))


def _words(fact: str, codes: tuple[str, ...], t: Translate) -> dict[str, tuple[str, str]]:
    """The words of a fact that no item says by itself: a form's title, where a task or a letter stands."""
    if fact == FORM:
        titles = form_titles()
        return {code: titles[code] for code in codes if code in titles}
    if fact in TASK_FACTS:
        outcomes = (code for code in codes if code != OPEN)
        return {OPEN: (t("report.task-open"),) * 2} | {
            code: (t(f"task.outcome.{code}"),) * 2 for code in outcomes
        }
    if FACTS[fact].kind is Kind.RELATED:
        return {code: (t(f"report.{fact}.{code}"),) * 2 for code in codes}
    return {}


def _bounds(fact: str, low: float | None, high: float | None, t: Translate) -> str:
    name = t(f"report.fact.{fact}")
    if high is None:
        return t("report.describe.from", fact=name, low=low) if low else t("report.describe.said", fact=name)
    if not low:
        return t("report.describe.below", fact=name, high=high)
    return t("report.describe.between", fact=name, low=low, high=high)
