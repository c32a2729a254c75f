"""What runs inside a rehearsal's own database: a season through the real services, walked by simulated people."""
