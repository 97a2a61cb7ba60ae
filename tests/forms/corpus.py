"""The kept answers of every published version: `python -m tests.forms.corpus` writes what is not there yet.

What a form calculated and found on the day it was published, it calculates and finds for ever, on both sides.
A file is therefore written once: an existing one is never changed, and one of another file of the form is
refused.
"""

import json
import sys
from random import Random
from typing import Any

from forms import build
from forms.definition import Form
from forms.derive import derive
from forms.load import published
from forms.validate import validate
from tests.forms import generated
from tests.forms.vectors import FOLDER, response_to

CORPUS = FOLDER / "corpus"
CASES = 60
ABOUT = (
    "Kept for ever: on `answers`, at `visit_date` and `stop`, this version of the form gives exactly"
    " `findings` (in any order), `disabled` questions (in the form's order) and `calculated` values."
)


def file_name(form: Form) -> str:
    """`<name>.v<version>.json`, as the definition is named."""
    return f"{form.url.rpartition('/')[2]}.v{form.version}.json"


def outcome(form: Form, flat: generated.Flat) -> dict[str, Any]:
    """What both engines must give for these answers, as JSON writes it."""
    response = response_to(form, build.answers_from_flat(flat))
    visit, stop = generated.VISIT, generated.STOP
    derived = derive(form, response.answers, visit_date=visit, stop=stop)
    findings = validate(form, response, visit_date=visit, stop=stop, today=visit)
    return {
        "findings": sorted([each.link_id, each.code, each.severity] for each in findings),
        "disabled": [
            link for link, item in form.index.items() if item.is_leaf and link not in derived.enabled
        ],
        "calculated": {link: generated.as_json(value) for link, value in derived.calculated.items()},
    }


def document(form: Form) -> str:
    """The whole file, one case a line."""
    seeds = [Random(f"{form.canonical} {number}") for number in range(CASES)]
    drawn = [generated.answers(form, random, _bases(form)) for random in seeds]
    cases = [{"answers": flat, **outcome(form, flat)} for flat in drawn]
    head = {
        "about": ABOUT,
        "form": form.canonical,
        "digest": form.digest,
        "visit_date": generated.VISIT.isoformat(),
        "stop": {"latitude": generated.STOP.latitude, "longitude": generated.STOP.longitude},
    }
    lines = ",\n".join(_compact(case) for case in cases)
    return f'{_compact(head)[:-1]},"cases":[\n{lines}\n]}}\n'


def _bases(form: Form) -> list[generated.Flat]:
    """The whole records that the form's vectors start from."""
    path = FOLDER / file_name(form)
    return list(json.loads(path.read_text(encoding="utf-8"))["bases"].values()) if path.exists() else []


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> int:
    """Writes the corpus of each published form that has none; 2 when one is of another file of the form."""
    status = 0
    CORPUS.mkdir(exist_ok=True)
    for form in published().values():
        path = CORPUS / file_name(form)
        if not path.exists():
            path.write_text(document(form), encoding="utf-8")
            print(f"{path.name}: written")
        elif json.loads(path.read_text(encoding="utf-8"))["digest"] != form.digest:
            print(f"{path.name}: is of another file of {form.canonical}, and is not changed", file=sys.stderr)
            status = 2
    return status


if __name__ == "__main__":
    sys.exit(main())
