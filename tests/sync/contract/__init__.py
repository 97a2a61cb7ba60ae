"""What Escale asks of any engine: written against the seam, for ours and for one backed by CouchDB."""
