"""Forms published here: signed by the organisation, kept in a table that never changes (decision 0015).

The package brings forms of its own; these are added to the same registry, at each start and while it runs,
once the signature holds over the bytes that are there.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from sqlmodel import Session, col, select

from forms.canonical import misnamed
from forms.definition import Form
from forms.errors import Defect, FormChanged, FormInvalid
from forms.load import parse
from forms.registry import Canonical, Registry
from forms.succession import broken
from server.keys import jws
from server.keys.errors import InvalidSignature
from server.keys.organisation import OrganisationKeys
from server.store.database import Store
from server.store.planning import PublishedForm

TYP = "escale-form+jws"

_log = logging.getLogger(__name__)


class MeaningChanged(Exception):
    """A form takes back what published ones said, or their name or version; ``defects`` say where."""

    def __init__(self, form: Form, defects: Sequence[Defect]) -> None:
        super().__init__(f"{form.canonical}: {', '.join(map(str, defects))}")
        self.defects = tuple(defects)


def publish(session: Session, keys: OrganisationKeys, registry: Registry, form: Form, now: datetime) -> bool:
    """Sign and keep a form; return False when it is published already with the same bytes.

    Raises ``FormChanged`` when its version is published with others, and ``MeaningChanged``. ``registry``
    holds what was published before (``load``); it is left as it is: a row that is not committed is no form.
    """
    known = registry.get((form.url, form.version))
    if known is not None:
        if known.digest != form.digest:
            raise FormChanged(form.canonical, known.digest)
        return False
    if changed := taken_back(form, registry):
        raise MeaningChanged(form, changed)
    session.add(
        PublishedForm(
            url=form.url,
            version=form.version,
            digest=form.digest,
            content=form.text,
            signature=jws.sign(orjson.dumps(_signed(form)), keys.signing, TYP),
            published_at=now,
        )
    )
    session.flush()
    return True


def taken_back(form: Form, registry: Mapping[Canonical, Form]) -> list[Defect]:
    """Return what ``form`` may not do after the forms that are published, each once: `misnamed`, `broken`."""
    versions = [
        known for known in registry.values() if known.url == form.url and known.version != form.version
    ]
    found = [defect for earlier in versions for defect in broken(earlier, form)]
    if (form.url, form.version) not in registry:
        found = [*misnamed(form, registry.values()), *found]
    return list(dict.fromkeys(found))


def load(store: Store, keys: OrganisationKeys, registry: Registry) -> list[Form]:
    """Add to ``registry`` what is published here and not yet in it; return what was added.

    A row whose bytes or signature do not hold is left out, and logged as what it is: a fault to look at.
    """
    with store.session() as session:
        rows = session.exec(
            select(PublishedForm.url, PublishedForm.version, PublishedForm.digest).order_by(
                col(PublishedForm.published_at), col(PublishedForm.url), col(PublishedForm.version)
            )
        ).all()
        added = []
        for url, version, digest in rows:
            known = registry.get((url, version))
            if known is not None and known.digest == digest:
                continue
            form = _believed(session.get_one(PublishedForm, (url, version)), keys)
            if form is not None and _added(registry, form):
                added.append(form)
        return added


def published_at(session: Session) -> Mapping[Canonical, datetime]:
    """Return when each form was published here; those of the package have no such instant."""
    rows = session.exec(select(PublishedForm.url, PublishedForm.version, PublishedForm.published_at))
    return {(url, version): at for url, version, at in rows}


def _believed(row: PublishedForm, keys: OrganisationKeys) -> Form | None:
    try:
        said = orjson.loads(jws.verify(row.signature, keys.signing, TYP))
        form = parse(row.content.encode(), row.url)
    except (InvalidSignature, FormInvalid, ValueError) as error:
        _log.error(
            "a published form is not believed",
            extra={"reason": f"{row.url}|{row.version}", "error": type(error).__name__},
        )
        return None
    if said != _signed(form) or (form.url, form.version) != (row.url, row.version):
        _log.error("a published form is not what was signed", extra={"reason": f"{row.url}|{row.version}"})
        return None
    return form


def _added(registry: Registry, form: Form) -> bool:
    try:
        return registry.add(form)
    except FormChanged:
        # The package brought the same version with other bytes: records name the one that was there first.
        _log.error("two forms have one version", extra={"reason": form.canonical})
        return False


def _signed(form: Form) -> dict[str, object]:
    return {"v": 1, "url": form.url, "version": form.version, "digest": form.digest}
