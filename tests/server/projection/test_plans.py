"""What is derived for a page of documents reads the rows of its visits, not the whole tables."""

from server.projection import figures, people, tasks, visits
from server.projection.visits import VisitKey
from tests.server.projection.scene import Scene
from tests.support.plans import scanned

LONG = {"record", "answer", "visit", "visit_figure", "visit_code", "visit_identity", "signed_act", "task"}


def test_no_derivation_reads_a_long_table_whole(any_scene: Scene) -> None:
    scene = any_scene
    record = scene.writer.record(scene.nurse)
    scene.project(record)
    touched: set[VisitKey] = {(record.payload["visit"], scene.seeded.team)}
    for derive in (
        lambda session: visits.derive(session, touched),
        lambda session: figures.derive(session, touched),
        lambda session: tasks.derive(session, touched, ()),
        lambda session: people.derive(session, touched, ()),
    ):
        assert scanned(scene.store, derive) & LONG == set()
