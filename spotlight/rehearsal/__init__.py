"""Rehearsals: a whole season with simulated artists, fans and judges, in a database of its own."""
