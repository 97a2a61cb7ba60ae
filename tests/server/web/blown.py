"""A BPCO screening among the day's records: curves of a device's file, calculated results, their review."""

from typing import Any

from server.store.database import Store
from tests.server.web.conftest import Day, write
from tests.support.organisation import make_device, make_slot
from tests.support.records import RecordWriter, answers_to, form_named


async def blown(day: Day, store: Store, **changed: Any) -> str:
    """Integrate one; ``changed`` answers replace some (``__`` for the dot). Return its digest."""
    form = form_named("bpco-reperage")
    answers = answers_to("bpco-reperage", "spirometry")
    answers.update({link_id.replace("__", "."): answer for link_id, answer in changed.items()})
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.doctor)
    record = RecordWriter(day.seeded, day.services.keys).record(slot, answers, of=form)
    await write(day.services, day.seeded, [record])
    await day.services.projection.caught_up()
    return record.digest
