"""Paths, archives and images of a user, opened with limits."""
