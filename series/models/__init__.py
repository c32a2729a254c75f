from series.models.album import Album, AlbumLink, Guest
from series.models.episode import Appearance, CaptionTrack, Clip, Episode, EpisodeText, EpisodeTrack
from series.models.recording import Recording
from series.models.series import Series, SeriesText

__all__ = [
    "Album",
    "AlbumLink",
    "Appearance",
    "CaptionTrack",
    "Clip",
    "Episode",
    "EpisodeText",
    "EpisodeTrack",
    "Guest",
    "Recording",
    "Series",
    "SeriesText",
]
