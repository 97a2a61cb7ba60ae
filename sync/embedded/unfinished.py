"""Work of the writer that is done in several transactions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import apsw

from sync.embedded.documents import State

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Unfinished(Generic[Answer]):
    """What was done is to be committed; `rest` is to be run in another transaction, after other callers'."""

    rest: "Callable[[apsw.Connection, State], Answer | Unfinished[Answer]]"
