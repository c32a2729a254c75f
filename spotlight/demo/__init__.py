"""The demo: invented people, music made from numbers, and a season that plays itself through the real services."""
