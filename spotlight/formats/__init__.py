"""Date and time formats of our three languages."""
