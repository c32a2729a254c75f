"""Pages, by subject: load with permission, one service or query call, render or redirect."""
