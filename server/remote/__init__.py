"""The remote doctor: a one-time link, what it shows, what is answered through it, who is told (wire §6.1)."""
