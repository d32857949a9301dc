"""A project is a folder: create it from a source, open it, export it."""
