"""People as a team knows them: what is published to it, and what coordinators decide of them."""
