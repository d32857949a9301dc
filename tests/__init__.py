"""The tests: a package with this file, since a library that some of them use installs a `tests` of its own."""
