"""What patients say of a campaign, as a page and as a table: by month and channel, never a line a person."""

import csv
import io
import re
from collections.abc import Sequence

from litestar import Response, get

from server.auth import guards
from server.report.csv_file import BYTE_ORDER_MARK, neutral
from server.review.errors import NotReviewable
from server.routes.web_page import language_of, page, texts_of
from server.routes.web_session import PageRequest, services_of, signed_in
from server.satisfaction.campaigns import by_title
from server.satisfaction.results import FEWEST, Results, Selection, of_campaign, parts_of, results
from server.store.control import Campaign, Role
from server.store.satisfaction import Channel, SatisfactionResponse

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def _selection(campaigns: Sequence[Campaign], request: PageRequest) -> Selection:
    """Return what the address selects; of nothing named, the first campaign.

    Raises ``NotReviewable`` for a campaign, month or channel that there is not: another one's answers would
    be taken for its own.
    """
    asked = request.query_params
    campaign, month, channel = (str(asked.get(name, "")) for name in ("campagne", "mois", "canal"))
    known = {"", *(each.id for each in campaigns)}
    if campaign not in known or channel not in {"", *Channel} or not (not month or _MONTH.fullmatch(month)):
        raise NotReviewable
    return Selection(campaign or next((each.id for each in campaigns), ""), month, channel)


def _asked_for(
    request: PageRequest,
) -> tuple[Sequence[Campaign], Selection, Sequence[SatisfactionResponse]]:
    """Return the campaigns, what the address selects of them, and the responses of the campaign selected."""
    with services_of(request).store.session() as session:
        campaigns = by_title(session)
        selection = _selection(campaigns, request)
        return campaigns, selection, of_campaign(session, selection.campaign)


@get("/satisfaction", sync_to_thread=True, guards=[guards.coordinator])
def results_page(
    request: PageRequest,
) -> Response[str]:
    """Show what patients say of a campaign, by month and channel."""
    campaigns, selection, responses = _asked_for(request)
    return page(
        request,
        "satisfaction_results.html",
        campaigns=campaigns,
        selection=selection,
        parts=parts_of(responses),
        found=_results(request, responses, selection),
        channels=[each.value for each in Channel],
        fewest=FEWEST,
    )


@get("/satisfaction/csv", sync_to_thread=True, guards=[guards.coordinator])
def results_csv(
    request: PageRequest,
) -> Response[bytes]:
    """Give the same as a table: never a line a person."""
    campaigns, selection, responses = _asked_for(request)
    found = _results(request, responses, selection)
    title = next((each.title for each in campaigns if each.id == selection.campaign), "")
    content = _csv(request, title, selection, found)
    headers = {
        "content-disposition": 'attachment; filename="satisfaction.csv"',
        "cache-control": "no-store",
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _results(
    request: PageRequest, responses: Sequence[SatisfactionResponse], selection: Selection
) -> Results:
    clinical = signed_in(request).role is Role.CLINICAL_COORDINATOR
    forms, language = services_of(request).forms, language_of(request)
    return results(responses, forms, selection, language, clinical=clinical)


def _csv(request: PageRequest, title: str, selection: Selection, found: Results) -> bytes:
    t = texts_of(request)
    written = io.StringIO(newline="")
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows.writerow([t("satisfaction.campaign"), neutral(title)])
    rows.writerow([t("satisfaction.month"), neutral(selection.month) or t("satisfaction.whole")])
    channel = t(f"satisfaction.channel.{selection.channel}") if selection.channel else t("satisfaction.every")
    rows.writerow([t("satisfaction.channel"), channel])
    if found.hidden:
        rows.writerow([t("satisfaction.hidden", fewest=FEWEST)])
    else:
        rows.writerow([t("satisfaction.csv-responses"), str(found.count)])
        head = ("question", "answer", "number", "answered", "asked")
        rows.writerow([])
        rows.writerow([t(f"satisfaction.csv-{name}") for name in head])
        for each in found.distributions:
            if each.lines is None:
                rows.writerow([neutral(each.label), t("satisfaction.csv-few"), "", "", ""])
                continue
            for line in each.lines:
                label = line.label or t("satisfaction.unanswered")
                rows.writerow([neutral(each.label), neutral(label), line.count, each.answered, each.asked])
        rows.writerow([])
        is_whole = not (selection.month or selection.channel)
        rows.writerow([t(f"satisfaction.{'csv-comments' if is_whole else 'comments-whole'}")])
        rows.writerows([neutral(comment)] for comment in found.comments)
        if found.withheld:
            rows.writerow([t("satisfaction.comments-withheld", count=found.withheld)])
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


pages = [results_page, results_csv]
