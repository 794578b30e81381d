"""A page about a study, to open from disk or to read on loopback."""
