"""What machines do, by subject."""
