"""A fictitious organisation to try everything with: seeded once, its stops made again for each day."""
