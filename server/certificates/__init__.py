"""Certificates for hubs, so that the replication host's name has one in the bus too (wire §7)."""
