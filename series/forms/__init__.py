"""Input into typed values."""
