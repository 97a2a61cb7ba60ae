"""What patients say of the service: kept without anything that leads back to them, counted, never linked."""
