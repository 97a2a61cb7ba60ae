"""Central: control plane, store of the read model, projection, review and reports."""
