"""The forms' page: what is published, since when, with which settings, and where it is captured."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get

from forms.canonical import name_of
from forms.definition import Form, Item
from forms.setting import SettingValue, settings, starting_value
from server.auth import guards
from server.central.campaign_forms import forms_of
from server.central.published_forms import published_at
from server.planning import campaigns
from server.routes.web_page import page
from server.routes.web_session import PageRequest, services_of


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a form; ``published_at`` None: it came with the package."""

    form: Form
    questions: int
    published_at: datetime | None
    campaigns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A form with its versions, the latest first, and the settings of that one with their own values."""

    latest: Form
    versions: tuple[Version, ...]
    settings: tuple[tuple[Item, SettingValue | None], ...]

    @property
    def name(self) -> str:
        """The end of its url: how the command line and the files call it."""
        return name_of(self.latest.url)


@get("/organisation/formulaires", sync_to_thread=True, guards=[guards.coordinator])
def forms_page(request: PageRequest) -> Response[str]:
    """Show the published forms."""
    services = services_of(request)
    with services.store.session() as session:
        here = published_at(session)
        used = defaultdict(list)
        found = campaigns.campaigns(session)
        titles = {campaign.id: campaign.title for campaign in found}
        for campaign, named in forms_of(session, found).items():
            for canonical in named:
                used[canonical].append((campaign, titles[campaign]))
    by_url: dict[str, list[Version]] = {}
    for (url, version), form in sorted(services.forms.items(), key=lambda pair: _newest_last(pair[0][1])):
        questions = sum(item.is_leaf for item in form.index.values())
        told = Version(form, questions, here.get((url, version)), tuple(used[url, version]))
        by_url.setdefault(url, []).insert(0, told)
    published = [
        Published(
            versions[0].form,
            tuple(versions),
            tuple((item, starting_value(item)) for item in settings(versions[0].form)),
        )
        for versions in by_url.values()
    ]
    return page(request, "forms.html", forms=sorted(published, key=lambda form: form.latest.title))


def _newest_last(version: str) -> list[tuple[int, str]]:
    """Order versions as people read them: 1.9.0 before 1.10.0."""
    return [(int(part) if part.isdecimal() else 0, part) for part in version.split(".")]


pages = [forms_page]
