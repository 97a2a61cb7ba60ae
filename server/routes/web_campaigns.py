"""The campaigns' pages: which forms they capture, when, and the values they give to the forms' settings."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from forms.definition import Form
from server.auth import guards
from server.central.campaign_forms import forms_of
from server.planning import campaign_settings, campaigns
from server.planning.campaign_settings import SettingRow
from server.planning.campaigns import FORM_FIELDS
from server.review.access_log import Action
from server.review.reviewer import Reviewer
from server.routes.web_changes import Done, Logged, done_or_again, sent_form
from server.routes.web_organisation import ORGANISATION
from server.routes.web_page import language_of, page, texts_of
from server.routes.web_session import PageRequest, services_of
from server.routes.web_stops import FORM_GUARDS, Faults, today_of
from server.store.control import Campaign

CAMPAIGNS = f"{ORGANISATION}/campagnes"
#: In the address after settings were saved: the page says so.
KEPT = "garde"
_SPARE = 2
"""How many empty choices are offered after the forms that a campaign has."""


def title_of(request: PageRequest, form: Form) -> str:
    """Return a form's title in the reader's language, with its version and what it is when no record."""
    title = form.title if language_of(request) == "fr" else form.title_en
    named = f"{title} – {form.version}"
    return named if form.use == "record" else f"{named} ({texts_of(request)('forms.use.' + form.use)})"


def _choices(request: PageRequest, *, first: bool) -> list[tuple[str, str]]:
    """Return the published forms as choices: ``url|version`` and title; ``first``: those that may be it."""
    published = sorted(services_of(request).forms.values(), key=lambda form: (form.title, form.url))
    offered = [form for form in published if form.use == "record" or not first]
    return [(form.canonical, title_of(request, form)) for form in offered]


def _captured(request: PageRequest, session: Session, found: Sequence[Campaign]) -> dict[str, list[str]]:
    """Return the titles of campaigns' forms, by campaign; a version that is not published by its number."""
    forms = services_of(request).forms
    return {
        campaign: [title_of(request, forms[each]) if each in forms else each[1] for each in named]
        for campaign, named in forms_of(session, found).items()
    }


def _campaigns_page(
    request: PageRequest,
    campaign: str | None = None,
    typed: Mapping[str, str] | None = None,
    faults: Faults | None = None,
) -> Response[str]:
    """Show every campaign with the form of a new one; or one campaign's form."""
    with services_of(request).store.session() as session:
        one = campaigns.find(session, campaign) if campaign is not None else None
        listed = campaigns.campaigns(session) if one is None else []
        if typed is None:
            typed = {"summary_months": "24"} if one is None else _typed(session, one)
        filled = sum(bool(typed.get(field)) for field in FORM_FIELDS)
        return page(
            request,
            "campaigns.html",
            status=422 if faults else 200,
            campaigns=listed,
            campaign=one,
            captured=_captured(request, session, listed),
            first_forms=_choices(request, first=True),
            forms=_choices(request, first=False),
            further=FORM_FIELDS[1 : max(filled, 1) + _SPARE],
            typed=typed,
            faults=faults or {},
        )


def _typed(session: Session, found: Campaign) -> dict[str, str]:
    named = forms_of(session, [found])[found.id]
    return {
        "title": found.title,
        **{field: "|".join(each) for field, each in zip(FORM_FIELDS, named, strict=False)},
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "summary_months": str(found.summary_months),
    }


@get("/organisation/campagnes", sync_to_thread=True, guards=[guards.coordinator])
def campaigns_page(request: PageRequest) -> Response[str]:
    """Show the campaigns, and the form of a new one."""
    return _campaigns_page(request)


@post("/organisation/campagnes", guards=FORM_GUARDS, status_code=200)
async def create_campaign(request: PageRequest) -> Response[str] | Response[None]:
    """Make a campaign."""
    sent, forms = await sent_form(request), services_of(request).forms

    def work(session: Session, _reader: Reviewer) -> Done:
        made = campaigns.create(session, campaigns.order(sent.fields, forms, today_of(request)))
        return Done((Logged(Action.CREATE_CAMPAIGN, "campaign", made.id),), see=CAMPAIGNS)

    return await done_or_again(
        request, work, lambda faults: _campaigns_page(request, None, sent.fields, faults)
    )


@get("/organisation/campagnes/{campaign:str}", sync_to_thread=True, guards=[guards.coordinator])
def campaign_page(request: PageRequest, campaign: FromPath[str]) -> Response[str]:
    """Show a campaign's form."""
    return _campaigns_page(request, campaign)


@post("/organisation/campagnes/{campaign:str}", guards=FORM_GUARDS, status_code=200)
async def edit_campaign(request: PageRequest, campaign: FromPath[str]) -> Response[str] | Response[None]:
    """Change a campaign: the rosters of every team that works for it name it."""
    sent, forms = await sent_form(request), services_of(request).forms

    def work(session: Session, _reader: Reviewer) -> Done:
        found = campaigns.find(session, campaign)
        campaigns.edit(session, found, campaigns.order(sent.fields, forms, today_of(request)))
        logged = Logged(Action.EDIT_CAMPAIGN, "campaign", found.id)
        return Done((logged,), campaigns.teams_of(session, campaign), see=CAMPAIGNS)

    return await done_or_again(
        request, work, lambda faults: _campaigns_page(request, campaign, sent.fields, faults)
    )


def _settings(request: PageRequest, session: Session, campaign: Campaign) -> list[SettingRow]:
    forms = services_of(request).forms
    named = forms_of(session, [campaign])[campaign.id]
    return campaign_settings.rows(session, campaign.id, [forms[each] for each in named if each in forms])


def _settings_page(
    request: PageRequest, campaign: str, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        found = campaigns.find(session, campaign)
        rows = _settings(request, session, found)
        by_form: dict[str, list[SettingRow]] = {}
        for row in rows:
            by_form.setdefault(title_of(request, row.form), []).append(row)
        return page(
            request,
            "campaign_settings.html",
            status=422 if faults else 200,
            campaign=found,
            by_form=by_form,
            saved=KEPT in request.query_params,
            typed=typed or {row.field: row.typed for row in rows},
            faults=faults or {},
        )


@get("/organisation/campagnes/{campaign:str}/reglages", sync_to_thread=True, guards=[guards.coordinator])
def campaign_settings_page(request: PageRequest, campaign: FromPath[str]) -> Response[str]:
    """Show the settings of a campaign's forms: in words, with their limits and where these come from."""
    return _settings_page(request, campaign)


@post("/organisation/campagnes/{campaign:str}/reglages", guards=FORM_GUARDS, status_code=200)
async def change_campaign_settings(
    request: PageRequest, campaign: FromPath[str]
) -> Response[str] | Response[None]:
    """Keep a campaign's settings; records begun from then on have them."""
    sent = await sent_form(request)

    def work(session: Session, _reader: Reviewer) -> Done:
        found = campaigns.find(session, campaign)
        offered = _settings(request, session, found)
        campaign_settings.write(session, found.id, offered, campaign_settings.order(sent.fields, offered))
        logged = Logged(Action.CHANGE_CAMPAIGN_SETTINGS, "campaign", found.id)
        see = f"{CAMPAIGNS}/{found.id}/reglages?{KEPT}"
        return Done((logged,), campaigns.teams_of(session, campaign), see=see)

    return await done_or_again(
        request, work, lambda faults: _settings_page(request, campaign, sent.fields, faults)
    )


pages = [
    campaigns_page,
    create_campaign,
    campaign_page,
    edit_campaign,
    campaign_settings_page,
    change_campaign_settings,
]
