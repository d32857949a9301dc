"""When to stop: one criterion a file, each a judge of the same evidence."""
