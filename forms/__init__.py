"""Forms as rules: published Questionnaire files, and what an answer to one of them must satisfy.

The package is pure: it reads its own files and nothing else, knows no clock, no network and no key. The
tablet runs the same rules in TypeScript; `tests/vectors/forms` is what both must answer, `docs/forms.md` the
contract.

From a file to findings::

    load.published() -> Form          definition: the parsed, frozen form
    response.read(form, resource)     response:   answers, absences, structural findings
    validate.validate(form, …)        derive:     what is enabled and calculated, in one pass
    present.rows(form, response)      present:    what a reviewer reads
"""
