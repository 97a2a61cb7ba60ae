"""The garbage collector, set for a process that projects.

A record is parsed into thousands of objects that are in no cycle and are let go at once. By default each
makes the collector run several times, for nothing, over much of what the process ever imported.
"""

import gc

YOUNG_OBJECTS = 100_000
"""Objects made and not let go before the collector looks: a few megabytes."""


def settle() -> None:
    """Leave what is loaded by now out of all later collections, and make these rarer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 100)
