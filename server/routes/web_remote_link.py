"""Who holds a remote doctor's link, what it has come to, and the code that opens it (wire §6.1).

The cookie that the code gives opens this link and nothing else; it is made of the secret, so that several
devices of one doctor may hold it, and no table holds it.
"""

from dataclasses import dataclass

from litestar import Response
from litestar.datastructures import Cookie

from server.questionnaire.typed import Typed
from server.remote import links
from server.remote.links import MAX_TRIES, LinkState
from server.routes.api_remote import PAGE
from server.routes.public_page import PublicRequest, address_of, public_page, said, services_of
from server.routes.services import Services
from server.store.remote import RemoteLink

COOKIE = "escale_avis"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
NOT_KEPT = frozenset({FORM_TOKEN, "code"})
"""Fields that the page of the code does not carry along."""
_STATUS = {LinkState.EXPIRED: 410, LinkState.LOCKED: 403}


@dataclass(frozen=True, slots=True)
class Held:
    """A link that its secret found, and whether the caller gave its code."""

    link: RemoteLink
    secret: str
    state: LinkState
    is_open: bool


def held_link(request: PublicRequest, secret: str) -> Held | Response[str]:
    """Return the link, or the page that says why there is none to show."""
    services, address = services_of(request), address_of(request)
    if wait_s := services.rates.unknown_links.wait_s(address):
        return said("too-often", status=429, wait_s=wait_s)
    with services.store.session() as session:
        link = links.find(session, secret)
    if link is None:
        services.rates.unknown_links.charge(address)
        return said("link-unknown", status=404)
    state = links.state_of(link, services.clock())
    given = request.cookies.get(COOKIE, "")
    is_open = links.same(links.session_secret(link, secret), given)
    return Held(link, secret, state, is_open)


def ended(held: Held, typed: Typed | None = None) -> Response[str] | None:
    """Return the page of a link through which nothing is shown or said any more."""
    if held.state is LinkState.ANSWERED:
        at = held.link.answered_at
        back = given_back(typed)
        return public_page("remote_answered.html", status=409 if back else 200, at=at, typed=back)
    if held.state in _STATUS:
        return said(f"link-{held.state}", status=_STATUS[held.state], typed=given_back(typed))
    return None


def given_back(typed: Typed | None) -> list[tuple[str, str]]:
    """Return the texts that somebody wrote, for them to copy: a page that says no loses nothing."""
    wanted = ("outcome.notes", "signed_name")
    return [(name, text) for name in wanted for text in (typed or {}).get(name, ()) if text.strip()]


def code_page(held: Held, *, kept: Typed | None = None, fault: str = "", status: int = 200) -> Response[str]:
    """Ask for the code. ``kept``: an answer sent without the cookie, which the page carries along.

    ``fault``: ``wrong``, a try that is counted; ``malformed``, what is no code, and is none.
    """
    carried = [(name, text) for name, texts in (kept or {}).items() for text in texts if name not in NOT_KEPT]
    return public_page(
        "remote_code.html",
        status=status,
        secret=held.secret,
        kept=carried,
        fault=fault,
        left=MAX_TRIES - held.link.tries,
    )


def cookie(services: Services, link: RemoteLink, secret: str) -> Cookie:
    """Return the cookie of whoever gave the code of a link."""
    return Cookie(
        key=COOKIE,
        value=links.session_secret(link, secret),
        path=f"{PAGE}/{secret}",
        httponly=True,
        samesite="strict",
        secure=services.settings.origin.startswith("https://"),
    )
