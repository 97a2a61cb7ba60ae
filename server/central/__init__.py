"""What only central writes into the replicated databases: signed documents, sealed to the team (wire §4)."""
