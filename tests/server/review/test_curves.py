"""Curves drawn for the record page: from what is kept, or not at all."""

import json
import re
from typing import Any

import pytest

from server.review.curves import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, charts, read_curves


def kept(**changed: Any) -> str:
    """The JSON of a record's curves: one manoeuvre, as changed."""
    trial = {
        "n": 1,
        "fev1": 2.05,
        "fvc": 3.3,
        "time_s": [0, 0.5, 1],
        "volume_l": [0, 1.4, 3.3],
        "flow_l_s": [0, 3.1, -0.2],
    }
    return json.dumps({"v": 1, "source": "ndd-xml", "device": "EasyOne", "trials": [{**trial, **changed}]})


def test_both_drawings_hold_every_point_inside_their_frame() -> None:
    curves = read_curves(kept())
    assert curves is not None
    flow_volume, volume_time = charts(curves)
    assert (flow_volume.kind, volume_time.kind) == ("flow-volume", "volume-time")
    for chart in (flow_volume, volume_time):
        (line,) = chart.lines
        points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", line.path)]
        assert len(points) == 3
        assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in points)
    # 3.3 L of 4 L, an inspiration below the zero line.
    assert [mark.number for mark in flow_volume.across] == [0, 1, 2, 3, 4]
    assert [mark.number for mark in flow_volume.up] == [-1, 0, 1, 2, 3, 4]
    zero = next(mark.at for mark in flow_volume.up if mark.number == 0)
    assert float(flow_volume.lines[0].path.split()[-1]) > zero


def test_lines_differ_by_their_dashes_and_carry_their_number() -> None:
    trials = [{**json.loads(kept())["trials"][0], "n": number} for number in range(1, 9)]
    curves = read_curves(json.dumps({"v": 1, "source": "x", "device": "", "trials": trials}))
    assert curves is not None
    lines = charts(curves)[0].lines
    assert [line.n for line in lines] == list(range(1, 9))
    assert len({line.dashes for line in lines}) == 8


def test_values_without_a_curve_are_read_and_nothing_is_drawn() -> None:
    curves = read_curves(kept(time_s=[], volume_l=[], flow_l_s=[]))
    assert curves is not None
    assert charts(curves) == ()
    assert (curves.trials[0].peak, curves.trials[0].duration) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        '"\\ud800"',
        "[" * 100_000,
        json.dumps({"v": 2, "source": "", "device": "", "trials": []}),
        kept(time_s=[0, 1]),
        kept(time_s=[0, 1, "2"]),
        kept(flow_l_s=[0, 1e300, 1]),
        kept(fvc=1e9),
        kept(n="<script>"),
        kept(time_s=[0] * 121, volume_l=[0] * 121, flow_l_s=[0] * 121),
        kept().replace("-0.2", "1e999"),
        kept().replace("-0.2", "NaN"),
    ],
)
def test_whatever_is_not_curves_is_not_drawn(text: str) -> None:
    assert read_curves(text) is None


def test_a_drawing_of_absurd_numbers_stays_small() -> None:
    curves = read_curves(kept(time_s=[-999, 0, 999], volume_l=[-999, 0, 999], flow_l_s=[-999, 0, 999]))
    assert curves is not None
    assert all(len(chart.across) + len(chart.up) < 40 for chart in charts(curves))
