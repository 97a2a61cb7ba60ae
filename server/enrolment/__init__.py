"""How a tablet and its members come in, prove who they are, and go out again (wire §6)."""
