"""HTTP over the service."""
