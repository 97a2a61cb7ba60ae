"""A disk that fills: from `fill()` to `clear()`, everything that SQLite writes fails for want of room."""

import apsw


class FullDisk(apsw.VFS):
    """A virtual file system over the usual one, registered as `name` until it is collected."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_full = False
        super().__init__(name, base="")

    def fill(self) -> None:
        """Leave no room."""
        self.is_full = True

    def clear(self) -> None:
        """Give room again."""
        self.is_full = False

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's
        """Open a file of this disk (apsw.VFS)."""
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FullDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's
        if self._disk.is_full:
            raise apsw.FullError("no room")
        super().xWrite(data, offset)
