"""`make run`: everything that Spotlight needs on one machine, under one supervisor. Plain Python, no Django."""
