"""The activity of a scope as tables, in one language."""

from collections.abc import Callable, Iterable

from server.projection.figure_items import INSTRUMENTS, MISSING, NO_QUESTION, link_id_of
from server.report.activity import UNSAID, Activity, Breakdown, CrossLine
from server.report.appointments import WALK_IN, Became
from server.report.facts import options
from server.report.predicate import Missing
from server.report.tables import Cell, Row, Table, count, number, percent, tally

Translate = Callable[..., str]

STOPS_LISTED = 60
"""Beyond this many stops, a year's, they are told by place only."""

_BANDS = frozenset({"age", "distance_km"})
_ORDER = ("booking", "sex", "age", "distance_km", "gp_search", "reason", "outcome", "document", "follow_up")
_ONLY_WHEN_ASKED = ("new_patient", "last_seen", "legal_status")


class Writer:
    """Writes tables in one language, with ``t`` its catalogue."""

    def __init__(self, t: Translate, language: str) -> None:
        self._t = t
        self._second = language != "fr"

    def tables(self, found: Activity) -> tuple[Table, ...]:
        """Return all tables of an activity, in the order of the report."""
        breakdowns = {name: self.breakdown(each) for name, each in found.breakdowns.items()}
        instruments = [name for name in INSTRUMENTS if name in breakdowns]
        asked = [name for name in _ONLY_WHEN_ASKED if found.breakdowns[name].stated or _asked(found, name)]
        return (
            self.summary(found),
            self.places(found),
            *([self.stops(found)] if len(found.stops) <= STOPS_LISTED else []),
            self.appointments(found),
            self.unplanned(found),
            self.attending_gp(found),
            self.cross(found),
            *(breakdowns[name] for name in (*_ORDER, *asked, *instruments)),
        )

    def label(self, fact: str, code: str) -> str:
        """Return the words of a code: the form's, or the catalogue's for bands and what is not known."""
        if code in MISSING:
            return self._t(f"report.missing.{code}")
        if fact in _BANDS:
            return self._band(fact, code)
        link_id = link_id_of(fact)
        known = options(link_id).get(code) if link_id else None
        return known[self._second] if known else code

    def summary(self, found: Activity) -> Table:
        """The key numbers."""
        t, age, distance = self._t, found.means["age"], found.means["distance_km"]
        planned = sum(line.stops for line in found.places)
        rows = (
            Row(t("report.stops-held"), (tally(planned), Cell("text"))),
            Row(t("report.visits"), (count(found.visits.count, found.visits.opens), Cell("text"))),
            Row(t("report.persons"), (count(found.persons), count(found.identified.count))),
            Row(
                t("report.unidentified"),
                (count(found.unidentified.count, found.unidentified.opens), count(found.visits.count)),
            ),
            Row(t("report.mean-age"), (number(age.value), count(age.n, age.opens))),
            Row(t("report.mean-distance"), (number(distance.value), count(distance.n, distance.opens))),
        )
        return Table(
            "summary",
            t("report.summary"),
            (t("report.figure"), t("report.value"), t("report.over")),
            rows,
            notes=(t("report.note.persons"), t("report.note.distance")),
        )

    def places(self, found: Activity) -> Table:
        """Visits by place."""
        t, total = self._t, found.visits.count
        rows = [
            Row(
                line.place or t("report.unknown-place"),
                (
                    tally(line.stops),
                    count(line.visits, line.opens),
                    percent(line.visits, total),
                    count(line.persons),
                ),
            )
            for line in found.places
        ]
        stops = sum(line.stops for line in found.places)
        rows.append(
            Row(
                t("report.total"),
                (
                    tally(stops),
                    count(total, found.visits.opens),
                    percent(total, total),
                    count(found.persons),
                ),
                total=True,
            )
        )
        head = ("report.place", "report.stops-held", "report.visits", "report.share", "report.persons")
        return Table(
            "places",
            t("report.by-place"),
            tuple(t(key) for key in head),
            tuple(rows),
            notes=(t("report.note.places"),),
            partition=True,
            drawn=1,
        )

    def stops(self, found: Activity) -> Table:
        """Visits by stop."""
        t = self._t
        rows = tuple(
            Row(
                f"{line.day:%d/%m/%Y} – {line.place}",
                (count(line.visits, line.opens), count(line.persons)),
            )
            for line in found.stops
        )
        head = (t("report.stop"), t("report.visits"), t("report.persons"))
        return Table("stops", t("report.by-stop"), head, rows, partition=True)

    def appointments(self, found: Activity) -> Table:
        """What became of the appointments."""
        t, those = self._t, found.appointments
        kept = (Became.HONOURED, Became.ABSENT, Became.LEFT, Became.TURNED_AWAY)
        rows = tuple(
            Row(
                t(f"report.became.{each}"),
                (count(those.became[each]), percent(those.became[each], those.told)),
            )
            for each in kept
        )
        unknown = those.became[Became.UNKNOWN]
        return Table(
            "appointments",
            t("report.appointments"),
            (t("report.became"), t("report.appointments-count"), t("report.share")),
            (*rows, Row(t("report.planned"), (count(those.planned), Cell("text")), total=True)),
            missing=(Row(t("report.became.unknown"), (count(unknown),)),) if unknown else (),
            notes=(
                t("report.note.appointments", told=those.told),
                t("report.note.cancelled", cancelled=those.became[Became.CANCELLED]),
            ),
            drawn=0,
        )

    def unplanned(self, found: Activity) -> Table:
        """Walk-ins, and the slots kept for emergencies."""
        t, those = self._t, found.appointments
        slots = those.emergency_slots
        rows = (
            Row(
                t("report.walk-ins"),
                (count(those.walk_ins, WALK_IN), percent(those.walk_ins, found.visits.count)),
            ),
            Row(t("report.walk-ins-left"), (count(those.walk_ins_left), Cell("text"))),
            Row(t("report.walk-ins-turned-away"), (count(those.walk_ins_turned_away), Cell("text"))),
            Row(t("report.emergency-slots"), (tally(slots), Cell("text"))),
            Row(
                t("report.emergency-taken"),
                (count(those.emergency_taken), percent(those.emergency_taken, slots)),
            ),
            Row(
                t("report.emergency-honoured"),
                (count(those.emergency_honoured), percent(those.emergency_honoured, slots)),
            ),
        )
        head = (t("report.figure"), t("report.value"), t("report.share"))
        return Table("unplanned", t("report.unplanned"), head, rows, notes=(t("report.note.unplanned"),))

    def attending_gp(self, found: Activity) -> Table:
        """Médecin traitant status, by itself."""
        return self.breakdown(found.breakdowns["attending_gp"])

    def cross(self, found: Activity) -> Table:
        """Médecin traitant status crossed with ALD and frailty."""
        t = self._t
        head = ["report.gp-status", "report.visits"]
        head += [
            f"report.{fact}.{answer}" for fact in ("ald", "frailty") for answer in ("true", "false", "unsaid")
        ]
        head += ["report.ald-and-frailty"]
        return Table(
            "cross",
            t("report.cross"),
            tuple(t(key) for key in head),
            tuple(self._cross_row(line) for line in found.cross),
            notes=(t("report.note.cross"),),
            partition=True,
        )

    def breakdown(self, found: Breakdown) -> Table:
        """One fact, its lines and what was not said."""
        t = self._t
        of = found.denominator
        rows = [
            Row(self.label(found.fact, line.code), (count(line.count, line.opens), percent(line.count, of)))
            for line in found.lines
        ]
        if found.several:
            rows.append(self._unsaid_row(found))
        else:
            rows.append(Row(t("report.stated"), (count(found.stated), percent(found.stated, of)), total=True))
        return Table(
            found.fact,
            self._title(found.fact),
            (self._head(found.fact), t("report.visits"), t("report.share")),
            tuple(rows),
            missing=tuple(self._missing(found)),
            notes=(t(f"report.note.{_answers(found)}", of=of),),
            partition=not found.several,
            drawn=0,
        )

    def _title(self, fact: str) -> str:
        if fact not in INSTRUMENTS:
            return self._t(f"report.title.{fact}")
        name = self._t(f"report.fact.{fact}")
        return name[0].upper() + name[1:]

    def _head(self, fact: str) -> str:
        return self._t("report.head.answer" if fact in INSTRUMENTS else f"report.head.{fact}")

    def _unsaid_row(self, found: Breakdown) -> Row:
        unsaid = [each for each in found.missing if each.code != NO_QUESTION]
        total = sum(each.count for each in unsaid)
        opens = Missing(found.fact, tuple(each.code for each in unsaid)) if unsaid else None
        return Row(self._t("report.unsaid"), (count(total, opens), percent(total, found.denominator)))

    def _missing(self, found: Breakdown) -> Iterable[Row]:
        for each in found.missing:
            within = found.several and each.code != NO_QUESTION
            yield Row(self.label(found.fact, each.code), (count(each.count, each.opens),), within=within)

    def _cross_row(self, line: CrossLine) -> Row:
        label = self._t("report.unsaid") if line.code == UNSAID else self.label("attending_gp", line.code)
        cells = [
            count(cell.count, cell.opens)
            for fact in ("long_term_condition", "frailty")
            for cell in line.cells[fact]
        ]
        visits = count(line.visits.count, line.visits.opens)
        return Row(label, (visits, *cells, count(line.both.count, line.both.opens)))

    def _band(self, fact: str, code: str) -> str:
        low, _, high = code.partition("-")
        unit = "age" if fact == "age" else "km"
        if low == "0":
            return self._t(f"report.band.{unit}.below", high=high)
        if not high:
            return self._t(f"report.band.{unit}.from", low=low)
        # Ages are whole: « 18 à 39 ans »; distances are not.
        return self._t(f"report.band.{unit}.between", low=low, high=int(high) - 1 if fact == "age" else high)


def _answers(found: Breakdown) -> str:
    """Which note tells what shares are of: those who say, or all who were asked, once or several times."""
    if not found.several:
        return "single"
    return "several" if found.plural else "asked"


def _asked(found: Activity, fact: str) -> bool:
    return any(each.code != NO_QUESTION for each in found.breakdowns[fact].missing)
