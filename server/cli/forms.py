"""``escale forms check`` and ``escale forms publish``: a Questionnaire read whole, then signed and kept."""

import argparse
import json
from pathlib import Path

from sqlmodel import Session

from forms.definition import Form
from forms.errors import WHOLE_FILE, FormChanged, FormInvalid
from forms.load import load, published
from server import clock
from server.central import organisation, published_forms
from server.central.published_forms import MeaningChanged
from server.cli import form_defects
from server.cli.console import BadInput, complain, say, unreadable
from server.cli.opened import opened
from server.demo.texts import text
from server.keys.organisation import OrganisationKeys
from server.planning import campaigns
from server.review import access_log
from server.review.access_log import ANONYMOUS, Action, Outcome
from server.settings import Settings

_PUBLISHABLE = "active"


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Check a file, and publish it when asked to; return 0, or 2 once everything wrong with it was said."""
    try:
        form = load(options.file)
    except FormInvalid as invalid:
        if [defect.place for defect in invalid.defects] == [WHOLE_FILE]:
            reason = invalid.defects[0].reason.french
            raise BadInput(text("form_file", path=options.file, reason=reason)) from invalid
        count, kinds = len(invalid.defects), len(form_defects.kinds(invalid.defects))
        complain(text("form_refused", path=options.file, count=count, kinds=kinds))
        for line in form_defects.lines(invalid.defects):
            complain(line)
        return 2
    except (OSError, ValueError) as error:
        raise BadInput(text("form_file", path=options.file, reason=unreadable(error))) from error
    try:
        if options.action == "check":
            return _check(form)
        return _publish(form, options.campaign, options.file, configured)
    except MeaningChanged as changed:
        complain(text("form_meaning", canonical=form.canonical, count=len(changed.defects)))
        for line in form_defects.lines(changed.defects):
            complain(line)
        return 2


def _check(form: Form) -> int:
    """Say what the form is, once it takes back nothing of the versions in the package."""
    taken_back = published_forms.taken_back(form, published())
    if taken_back:
        raise MeaningChanged(form, taken_back)
    say(_described(form))
    return 0


def _described(form: Form) -> str:
    questions = sum(item.is_leaf for item in form.index.values())
    return text(
        "form_good",
        canonical=form.canonical,
        sections=len(form.items),
        questions=questions,
        digest=form.digest,
    )


def _publish(form: Form, titles: list[str], path: Path, configured: Settings) -> int:
    status = json.loads(form.text)["status"]
    if status != _PUBLISHABLE:
        raise BadInput(text("form_status", path=path, status=status))
    with opened(configured) as store:
        _, keys = organisation.load(store, configured.keys)
        published_forms.load(store, keys, published())
        with store.session() as session:
            new = _signed(session, keys, form)
            switched = [title for title in titles if _switch(session, title, form)]
    say(text("form_published" if new else "form_already", canonical=form.canonical, digest=form.digest))
    for title in switched:
        say(text("form_campaign_switched", title=title, version=form.version))
    return 0


def _signed(session: Session, keys: OrganisationKeys, form: Form) -> bool:
    try:
        new = published_forms.publish(session, keys, published(), form, clock.now())
    except FormChanged as changed:
        refused = text("form_changed", canonical=changed.canonical, digest=changed.digest)
        raise BadInput(refused) from changed
    if new:
        access_log.append(
            session, ANONYMOUS, Action.PUBLISH_FORM, "form", form.canonical, Outcome.DONE, at=clock.now()
        )
    return new


def _switch(session: Session, title: str, form: Form) -> bool:
    named = [each for each in campaigns.campaigns(session) if each.title == title]
    if not named:
        titles = ", ".join(each.title for each in campaigns.campaigns(session))
        raise BadInput(text("form_campaign_unknown", title=title, titles=titles))
    for campaign in named:
        if not campaigns.switch(session, campaign, form.url, form.version):
            raise BadInput(text("form_campaign_without", title=title))
        access_log.append(
            session, ANONYMOUS, Action.EDIT_CAMPAIGN, "campaign", campaign.id, Outcome.DONE, at=clock.now()
        )
    return True
