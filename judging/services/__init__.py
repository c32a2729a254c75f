"""What people do, by subject."""
