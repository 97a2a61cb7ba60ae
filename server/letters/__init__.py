"""Letters to the médecin traitant: what a visit's records say, set in type, numbered, and how it was sent."""
