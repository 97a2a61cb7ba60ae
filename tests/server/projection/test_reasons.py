"""The catalogue of reasons is complete, in both languages, and typographically right in French."""

import re

from server.envelope import errors
from server.projection.reasons import REASONS, WAITING


def test_every_failure_of_an_envelope_has_words_for_people() -> None:
    codes = {each.code for each in errors.EnvelopeError.__subclasses__()} - {errors.TooLong.code}
    assert codes <= REASONS.keys()


def test_every_reason_is_written_in_french_and_in_english() -> None:
    for reason in REASONS.values():
        assert reason.french.endswith(".")
        assert reason.english.endswith(".")
        assert "'" not in reason.french
        assert not re.search(r"(?<!\u202f)[;!?]|(?<!\u00a0)(?<!\u202f):", reason.french)


def test_only_what_may_pass_by_itself_waits() -> None:
    assert WAITING == {"unknown-key", "signer-unknown", "unknown-stop", "unknown-form"}
