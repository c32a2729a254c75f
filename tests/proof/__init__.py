"""`make proof`: a whole season on real music, from upload to winners, in a real browser on the real servers."""
