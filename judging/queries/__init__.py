"""Functions that read, by subject. None of them writes."""
