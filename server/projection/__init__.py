"""The projection: from the set of envelopes and decisions to the read model, and back as receipts."""
