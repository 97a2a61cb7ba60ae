"""The engine over SQLite: what a contract cannot see (commits, files, disks)."""
