"""Off the Record: series, episodes, clips, hashtags, feeds."""
