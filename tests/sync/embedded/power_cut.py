"""A disk that forgets what was not synced: the end of the process, or `cut()`, is then a power cut.

`PowerCutDisk("name", seed=1)` registers a virtual file system under that name; keep the object as long as
files are open, and open the engine with `EmbeddedEngine.open(directory, vfs=disk.name)`.

What SQLite writes is held in memory, sector by sector, shared by every connection of the process, and
reaches the file at `xSync`. Before that, each write lets some sectors held for the file go to the disk,
drawn by `seed`: writes are therefore reordered and torn, as a disk's cache does. `leak` is that chance for
each sector. A disk that `lies` acknowledges `xSync` and holds everything all the same.

Not held back: creating and deleting files. The `-shm` file is no matter: SQLite makes it anew.
"""

import random
import threading
from typing import Final

import apsw

SECTOR: Final = 512
# Held sectors that one write may let go of are drawn among so many at most: a write stays cheap.
_DRAWN: Final = 64


class PowerCutDisk(apsw.VFS):
    """A virtual file system over the usual one, registered as `name` until it is collected."""

    def __init__(self, name: str, *, seed: int = 0, leak: float = 0.2, lies: bool = False) -> None:
        self.name = name
        self._lies = lies
        self._leak = leak
        self._drawn = random.Random(seed)
        self._lock = threading.RLock()
        self._held: dict[str, _Held] = {}
        self._is_cut = False
        super().__init__(name, base="")

    def cut(self) -> None:
        """Cut the power: what is held is gone, and every reading and writing fails from now on."""
        with self._lock:
            self._is_cut = True
            self._held.clear()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's
        """Open a file of this disk (apsw.VFS)."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return super().xOpen(name, flags)
        with self._lock:
            self._alive()
            held = self._held.setdefault(path, _Held())
        return _File(self, held, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's
        """Delete a file, and what is held for it (apsw.VFS)."""
        with self._lock:
            self._alive()
            self._held.pop(filename, None)
            super().xDelete(filename, syncdir)

    def _alive(self) -> None:
        if self._is_cut:
            raise apsw.IOError("the power is cut")


class _Held:
    """What one file holds beyond the disk: sectors written, and its size as SQLite sees it."""

    def __init__(self) -> None:
        self.sectors: dict[int, bytes] = {}
        self.size: int | None = None


class _File(apsw.VFSFile):
    """An open file: reads see what every connection has written, synced or not."""

    def __init__(
        self, disk: PowerCutDisk, held: _Held, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._held = held

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's
        with self._disk._lock:
            self._disk._alive()
            return self._read(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's
        with self._disk._lock:
            self._disk._alive()
            size = self._size()
            first, last = offset // SECTOR, (offset + len(data) - 1) // SECTOR
            whole = bytearray(
                self._read((last - first + 1) * SECTOR, first * SECTOR).ljust(
                    (last - first + 1) * SECTOR, b"\0"
                )
            )
            start = offset - first * SECTOR
            whole[start : start + len(data)] = data
            for number in range(first, last + 1):
                place = (number - first) * SECTOR
                self._held.sectors[number] = bytes(whole[place : place + SECTOR])
            self._held.size = max(size, offset + len(data))
            self._let_some_go()

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's
        with self._disk._lock:
            self._disk._alive()
            self._held.size = newsize
            gone = [number for number in self._held.sectors if number * SECTOR >= newsize]
            for number in gone:
                del self._held.sectors[number]

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's
        with self._disk._lock:
            self._disk._alive()
            if self._disk._lies:
                return
            size = self._size()
            for number, sector in self._held.sectors.items():
                super().xWrite(sector[: max(0, size - number * SECTOR)], number * SECTOR)
            super().xTruncate(size)
            self._held.sectors.clear()
            self._held.size = None
            super().xSync(flags)

    def xFileSize(self) -> int:  # noqa: N802 - SQLite's
        with self._disk._lock:
            self._disk._alive()
            return self._size()

    def _size(self) -> int:
        return super().xFileSize() if self._held.size is None else self._held.size

    def _read(self, amount: int, offset: int) -> bytes:
        """Return what lies there, shorter at the end of the file."""
        amount = max(0, min(amount, self._size() - offset))
        there = max(0, min(amount, super().xFileSize() - offset))
        read = bytearray(super().xRead(there, offset) if there else b"").ljust(amount, b"\0")
        for number in range(offset // SECTOR, (offset + amount + SECTOR - 1) // SECTOR):
            sector = self._held.sectors.get(number)
            if sector is not None:
                begin, end = max(offset, number * SECTOR), min(offset + amount, (number + 1) * SECTOR)
                read[begin - offset : end - offset] = sector[begin - number * SECTOR : end - number * SECTOR]
        return bytes(read)

    def _let_some_go(self) -> None:
        """Write some held sectors to the disk: they stay held, since nobody promised them."""
        drawn, size = self._disk._drawn, self._size()
        numbers = list(self._held.sectors)
        for number in drawn.sample(numbers, min(_DRAWN, len(numbers))):
            content = self._held.sectors[number][: max(0, size - number * SECTOR)]
            if content and drawn.random() < self._disk._leak:
                super().xWrite(content, number * SECTOR)
