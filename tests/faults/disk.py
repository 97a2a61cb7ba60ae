"""A disk that forgets what was not synced, fills up, and loses its power at a given operation."""

from typing import Final

import apsw

from tests.sync.embedded import power_cut
from tests.sync.embedded.power_cut import PowerCutDisk

_LIES: Final = 0.7


class FaultyDisk(PowerCutDisk):
    """`room_bytes`: what may still be written (None: no bound). `cut_after`: so many writes or syncs on.

    One that `lies` acknowledges most syncs without doing them.
    """

    def __init__(self, name: str, *, seed: int, lies: bool) -> None:
        self.room_bytes: int | None = None
        self._left: int | None = None
        self._is_liar = lies
        super().__init__(name, seed=seed)

    @property
    def is_cut(self) -> bool:
        """Whether the power is gone."""
        return self._is_cut

    def cut_after(self, operations: int) -> None:
        """Cut the power at that operation from now."""
        self._left = operations

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return super().xOpen(name, flags)
        with self._lock:
            self._alive()
            held = self._held.setdefault(path, power_cut._Held())
        return _FaultyFile(self, held, name, flags)

    def excepthook(self, *_error: object) -> bool:
        """Say nothing of what fails while SQLite closes a disk that is gone (apsw.VFS)."""
        return True

    def draw_a_lie(self) -> None:
        """Decide whether the next sync is done."""
        self._lies = self._is_liar and self._drawn.random() < _LIES

    def spend(self, size: int) -> None:
        """Count an operation that writes `size` bytes; raises apsw.FullError, apsw.IOError."""
        with self._lock:
            if self._left is not None:
                self._left -= 1
                if self._left <= 0:
                    self.cut()
            self._alive()
            if self.room_bytes is not None:
                if size > self.room_bytes:
                    raise apsw.FullError("the disk is full")
                self.room_bytes -= size


class _FaultyFile(power_cut._File):
    def __init__(
        self,
        disk: FaultyDisk,
        held: power_cut._Held,
        name: str | apsw.URIFilename | None,
        flags: list[int],
    ) -> None:
        super().__init__(disk, held, name, flags)
        self._faulty = disk

    def excepthook(self, *_error: object) -> bool:
        """Say nothing, as the disk (apsw.VFSFile)."""
        return True

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's
        self._faulty.spend(len(data))
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's
        self._faulty.spend(0)
        self._faulty.draw_a_lie()
        super().xSync(flags)

    def xFileSize(self) -> int:  # noqa: N802 - SQLite's
        # SQLite asks it while it gives up after another failure, and cannot be told of a second one.
        return 0 if self._faulty.is_cut else super().xFileSize()
