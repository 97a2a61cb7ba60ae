"""The values that a campaign gives to its forms' settings: read as typed, kept within the limits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlmodel import Session

from forms.definition import NUMBER_TYPES, Constraint, Form, Item
from forms.setting import SettingValue, broken, constraints, fits_number, settings, starting_value
from server.central.campaign_forms import permitted, settings_of
from server.planning import typed
from server.planning.faults import Fault, Rejected
from server.store.planning import CampaignSetting

YES, NO = "oui", "non"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting of a form of the campaign; ``given``: the campaign's value, None for the form's own.

    ``refused``: the campaign's value is one that this version does not permit, so that it serves nowhere.
    ``together``: the constraints that it must satisfy with other settings.
    """

    form: Form
    item: Item
    own: SettingValue | None
    given: SettingValue | None
    refused: bool
    together: tuple[Constraint, ...]

    @property
    def field(self) -> str:
        """The name of its field in the page's form."""
        return f"{self.form.url.rpartition('/')[2]}:{self.item.link_id}"

    @property
    def typed(self) -> str:
        """The campaign's value as its field has it; empty for the form's own."""
        if self.given is None:
            return ""
        if isinstance(self.given, bool):
            return YES if self.given else NO
        return str(self.given) if isinstance(self.given, str) else f"{self.given:g}".replace(".", ",")


def rows(session: Session, campaign: str, forms: Sequence[Form]) -> list[SettingRow]:
    """Return the settings of a campaign's forms, in the forms' order."""
    values = settings_of(session, [campaign])[campaign]
    serving = permitted(forms, values)
    found = []
    for form in forms:
        bound = constraints(form)
        for item in settings(form):
            given = values.get(form.url, {}).get(item.link_id)
            refused = given is not None and item.link_id not in serving.get(form.url, {})
            together = tuple(each for each in bound if item.link_id in each.expression.reads)
            found.append(SettingRow(form, item, starting_value(item), given, refused, together))
    return found


def order(sent: Mapping[str, str], offered: Sequence[SettingRow]) -> dict[tuple[str, str], SettingValue]:
    """Read the settings' form: values by form url and link id, without those left to the form.

    Raises ``Rejected`` with every value that is none, or is outside its item's limits or options; then with
    those that break a constraint of the form together.
    """
    asked: dict[tuple[str, str], SettingValue] = {}
    faults = []
    for row in offered:
        text = typed.plain(sent.get(row.field, ""))
        if not text:
            continue
        read = _read(row.item, text)
        if isinstance(read, Fault):
            faults.append(Fault(row.field, read.code))
        else:
            asked[row.form.url, row.item.link_id] = read.value
    faults = faults or _together(offered, asked)
    if faults:
        raise Rejected(*faults)
    return asked


def _together(offered: Sequence[SettingRow], asked: Mapping[tuple[str, str], SettingValue]) -> list[Fault]:
    forms = {row.form.url: row.form for row in offered}
    wrong: set[tuple[str, str]] = set()
    for url, form in forms.items():
        values = {link_id: value for (named, link_id), value in asked.items() if named == url}
        wrong |= {(url, link_id) for each in broken(form, values) for link_id in each.expression.reads}
    return [
        Fault(row.field, "setting-together") for row in offered if (row.form.url, row.item.link_id) in wrong
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    value: SettingValue


def _read(item: Item, text: str) -> _Read | Fault:
    if item.type == "boolean":
        return _Read(text == YES) if text in (YES, NO) else Fault(item.link_id, "choice")
    if item.type not in NUMBER_TYPES:
        return _Read(text) if text in item.options else Fault(item.link_id, "choice")
    try:
        number = Decimal(text.replace(",", ".").replace(" ", "")) if len(text) <= 20 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    wrong = fits_number(item, number)
    if wrong is not None:
        return Fault(item.link_id, f"setting-{wrong}")
    return _Read(int(number) if item.type == "integer" else float(number))


def write(
    session: Session,
    campaign: str,
    offered: Sequence[SettingRow],
    asked: Mapping[tuple[str, str], SettingValue],
) -> None:
    """Keep the values of the settings offered; those not asked for go back to the form's own."""
    for row in offered:
        key = (campaign, row.form.url, row.item.link_id)
        stored = session.get(CampaignSetting, key)
        value = asked.get((row.form.url, row.item.link_id))
        if value is not None:
            session.merge(
                CampaignSetting(
                    campaign_id=campaign,
                    form_url=row.form.url,
                    link_id=row.item.link_id,
                    value=json.dumps(value),
                )
            )
        elif stored is not None:
            session.delete(stored)
