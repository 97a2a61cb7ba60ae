"""The agreement's yearly table: label, initial value, target, numerator, denominator, result, source."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from server.report.indicator import Result
from server.report.predicate import Predicate
from server.report.tables import Cell, Row, Table, count, number, percent, words

Translate = Callable[..., str]
HEAD = ("label", "initial", "target", "numerator", "denominator", "result", "source")


def indicator_table(results: Sequence[Result], t: Translate) -> Table:
    """Return the table; what is not known is no zero, nor what is withheld from its reader."""
    return Table(
        "indicators",
        t("indicators.table"),
        tuple(t(f"indicators.{name}") for name in HEAD),
        tuple(_row(each, t) for each in results),
        notes=(t("indicators.note"),),
    )


def _row(result: Result, t: Translate) -> Row:
    indicator = result.indicator
    source = indicator.source or "–"
    return Row(
        indicator.label,
        (
            words(indicator.initial_value or "–"),
            words(indicator.target or "–"),
            *_numbers(result, t),
            words(f"{source} ({t('indicators.typed')})" if result.typed else source),
        ),
    )


def _numbers(result: Result, t: Translate) -> tuple[Cell, Cell, Cell]:
    if result.withheld:
        return (words(t("indicators.withheld")),) * 3
    return (
        _number(result.numerator, result.above),
        _number(result.denominator, result.below),
        outcome(result),
    )


def _number(value: Decimal | None, opens: Predicate | None) -> Cell:
    if value is None:
        return Cell("nothing")
    if value == value.to_integral_value():
        return count(int(value), opens)
    return number(value.normalize())


def outcome(result: Result) -> Cell:
    """Return the result: a share, or a count when there is no denominator."""
    above, below = result.numerator, result.denominator
    if above is None or below is None:
        return _number(above, None)
    if above == above.to_integral_value() and below == below.to_integral_value():
        return percent(int(above), int(below))
    # Typed numbers may have decimals: a share of tenths is still exact.
    return percent(int(above * 1000), int(below * 1000)) if below else Cell("nothing")
