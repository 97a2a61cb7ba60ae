"""The organisation's keys and the few JOSE operations; nothing here knows a document or a table."""
