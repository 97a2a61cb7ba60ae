"""Renders a page: Jinja with autoescape and no undefined name, the reader's language, the form token."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from litestar.response import Redirect

from forms.present import Language
from server.plain_text import without_controls
from server.routes.web_catalogue import DEFAULT_LANGUAGE, TRANSLATORS, Translate
from server.routes.web_counts import queue_counts
from server.routes.web_format import FORMATS
from server.routes.web_session import LANGUAGE_COOKIE, PageRequest

HOME = "/coordination/"
_TEMPLATES = Path(__file__).parent.parent / "web" / "templates"
ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: PageRequest) -> Language:
    """Return the language the reader chose, French unless they did."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, DEFAULT_LANGUAGE)
    return "en" if chosen == "en" else DEFAULT_LANGUAGE


def texts_of(request: PageRequest) -> Translate:
    """Return the catalogue of the reader's language, as a function of the key."""
    return TRANSLATORS[language_of(request)]


def page(
    request: PageRequest,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: object,
) -> Response[str]:
    """Render ``template``; nothing of it is kept by a cache, shared or not."""
    language = language_of(request)
    text = ENVIRONMENT.get_template(template).render(
        t=TRANSLATORS[language],
        f=FORMATS[language],
        language=language,
        user=request.user,
        form_token=request.user.form_token if request.user else "",
        path=request.url.path,
        queued=queue_counts(request, look=status < 400),
        **context,
    )
    return Response(
        without_controls(text),
        status_code=status,
        media_type=MediaType.HTML,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def see(path: str) -> Redirect:
    """Answer a form that was accepted by the page to see next (303, so that a reload sends nothing twice)."""
    return Redirect(path, status_code=303, headers={"cache-control": "no-store"})
