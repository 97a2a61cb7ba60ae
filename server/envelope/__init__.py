"""The envelope (wire §2, §3): sign and seal, open and verify. Keys and bytes; no table, no network."""
