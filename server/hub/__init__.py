"""The hub in the bus (wire §7): relays ciphertext between tablets and central, and opens nothing."""
