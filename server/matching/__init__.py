"""Whether two identities are one person's: pure functions, without clock, store or network."""
