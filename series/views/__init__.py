"""The hub's pages, and what machines fetch from it."""
