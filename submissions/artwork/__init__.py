"""Covers, as plain Python: drawn from a track's code where the artist sends none, checked and cut square where one is sent."""

from submissions.artwork.covers import draw_cover, raster_cover, scene_of
from submissions.artwork.inspect import (
    ArtworkLimits,
    ArtworkReason,
    ArtworkRefusal,
    ArtworkReport,
    inspect_artwork,
    square_renditions,
)

__all__ = [
    "ArtworkLimits",
    "ArtworkReason",
    "ArtworkRefusal",
    "ArtworkReport",
    "draw_cover",
    "inspect_artwork",
    "raster_cover",
    "scene_of",
    "square_renditions",
]
