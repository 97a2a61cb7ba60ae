"""The registry of published forms grows, and nothing in it ever changes."""

import msgspec
import pytest

from forms.definition import Form
from forms.errors import FormChanged
from forms.registry import Registry


def test_a_version_is_taken_once(medicobus: Form) -> None:
    registry = Registry([medicobus])
    assert not registry.add(medicobus)
    assert dict(registry) == {(medicobus.url, medicobus.version): medicobus}


def test_another_version_is_beside(medicobus: Form) -> None:
    registry = Registry([medicobus])
    later = msgspec.structs.replace(medicobus, version="9.0.0", digest="0" * 64)
    assert registry.add(later)
    assert registry[medicobus.url, "9.0.0"] is later
    assert len(registry) == 2


def test_a_published_version_with_other_bytes_is_refused_and_stays_as_it_was(medicobus: Form) -> None:
    registry = Registry([medicobus])
    with pytest.raises(FormChanged) as refused:
        registry.add(msgspec.structs.replace(medicobus, digest="0" * 64))
    assert refused.value.digest == medicobus.digest
    assert registry[medicobus.url, medicobus.version] is medicobus


def test_who_goes_through_the_forms_is_not_disturbed_by_an_addition(medicobus: Form) -> None:
    registry = Registry([medicobus])
    going = iter(registry)
    registry.add(msgspec.structs.replace(medicobus, version="9.0.0", digest="0" * 64))
    assert list(going) == [(medicobus.url, medicobus.version)]
