"""Where the log and the items live; one store a file."""
