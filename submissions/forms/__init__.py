"""Input into typed values, errors into answers, by subject. No business rule lives here."""
