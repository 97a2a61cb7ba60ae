"""What coordinators read and decide: visits, records, corrections, decisions, and who opened what."""
