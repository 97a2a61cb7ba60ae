"""The photos of a request: shown as they arrive, and only those that were signed."""

import pytest

from server.identifiers import new_uuid
from server.remote.links import LIFETIME
from server.routes.web_remote_link import COOKIE
from server.store.database import Store
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import MovingClock
from tests.server.web.remote import (
    Assistant,
    answered,
    assistant,
    corrected,
    forms,
    log_of,
    named_photo,
    opened,
    photographed,
    send,
)
from tests.support import remote_form
from tests.support.photos import jpeg

pytestmark = pytest.mark.anyio

__all__ = ["assistant", "forms"]


async def test_the_photos_of_a_request_are_shown_as_they_arrive(
    assistant: Assistant, visitor: Browser, store: Store, clinical: Browser
) -> None:
    images = [jpeg(seed=number) for number in (1, 2)]
    whole = photographed(assistant, images[0])
    halves = photographed(assistant, images[1], pieces=2)
    identifiers = [each[0].payload["photo"] for each in (whole, halves)]
    wounds = [named_photo(image, each) for image, each in zip(images, identifiers, strict=True)]
    await send(assistant, *whole, halves[0])
    record = await assistant.sign({**remote_form.REQUEST, "photos.wound": {"values": wounds}})
    link, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    shown = f"{path}/photos/{identifiers[0]}"
    assert f'src="{shown}" width="64" height="48"' in page.text
    assert 'alt="Photo 1\u00a0: Plaie"' in page.text
    assert identifiers[1] not in page.text
    assert "Photo pas encore arrivée" in text_of(page)

    image = await visitor.http.get(shown)
    assert (image.status_code, image.headers["content-type"]) == (200, "image/jpeg")
    assert image.content == images[0]
    assert image.headers["cache-control"] == "no-store"
    assert image.headers["x-content-type-options"] == "nosniff"
    assert (await visitor.http.get(f"{path}/photos/{identifiers[1]}")).status_code == 404
    await send(assistant, halves[1])
    later = await visitor.open(path)
    assert 'alt="Photo 2\u00a0: Plaie"' in later.text
    assert (await visitor.http.get(f"{path}/photos/{identifiers[1]}")).content == images[1]
    assert log_of(store, "photo", identifiers[0]) == [(link, "open-photo", "done")]
    access = text_of(await clinical.open(f"/coordination/fiches/{record.digest}/acces"))
    assert "Dr Jeanne Loin, lien de Noé Essai" in access
    assert (await visitor.http.post(path, data=answered(visitor))).status_code == 303
    assert (await visitor.http.get(shown)).status_code == 404


async def test_a_photo_opens_with_the_code_of_its_own_link_and_while_it_lasts(
    assistant: Assistant, visitor: Browser, store: Store, clock: MovingClock
) -> None:
    image = jpeg()
    notices = photographed(assistant, image)
    photo = notices[0].payload["photo"]
    await send(assistant, *notices)
    await assistant.sign({**remote_form.REQUEST, "photos.wound": {"values": [named_photo(image, photo)]}})
    _, path, code = await assistant.link()
    without = await visitor.http.get(f"{path}/photos/{photo}")
    assert (without.status_code, without.headers["content-type"][:9]) == (404, "text/html")
    await opened(visitor, path, code)
    assert (await visitor.http.get(f"{path}/photos/{photo}")).status_code == 200
    cookie = visitor.http.cookies[COOKIE]

    assistant.visit = new_uuid()
    await assistant.sign()
    _, other, _ = await assistant.link()
    headers = {"cookie": f"{COOKIE}={cookie}"}
    visitor.http.cookies.clear()
    assert (await visitor.http.get(f"{other}/photos/{photo}", headers=headers)).status_code == 404
    clock.forward(LIFETIME)
    assert (await visitor.http.get(f"{path}/photos/{photo}", headers=headers)).status_code == 404
    assert len(log_of(store, "photo", photo)) == 1


async def test_only_photos_that_the_shown_records_were_signed_with_are_given(
    assistant: Assistant, visitor: Browser
) -> None:
    """Of the same visit: one that no record names, one of a replaced record, another image, a broken one."""
    image = jpeg()
    unnamed, replaced, changed = [photographed(assistant, image) for _ in range(3)]
    broken = photographed(assistant, b"not a photo")
    await send(assistant, *unnamed, *replaced, *changed, *broken)
    names = [each[0].payload["photo"] for each in (unnamed, replaced, changed, broken)]
    first = await assistant.sign(
        {**remote_form.REQUEST, "photos.wound": {"values": [named_photo(image, names[1])]}}
    )
    wounds = [named_photo(image, names[2], digest="0" * 64), named_photo(b"not a photo", names[3])]
    await assistant.sign(
        {**remote_form.REQUEST, "photos.wound": {"values": wounds}}, replaces=corrected(first)
    )
    _, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    assert "/photos/" not in page.text
    assert text_of(page).count("Photo qui ne peut pas être montrée") == 2
    for name in (*names, new_uuid(), "x"):
        assert (await visitor.http.get(f"{path}/photos/{name}")).status_code == 404, name
