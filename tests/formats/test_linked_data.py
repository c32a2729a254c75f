import json
from datetime import UTC, date, datetime
from typing import Any

from series.formats import linked_data
from series.formats.chapters import Chapter, Span
from series.formats.linked_data import AlbumCard, ArtistPage, EpisodePage, SeriesPage, TrackPage

SERIES = SeriesPage(
    "Off the Record", "https://s.example/offtherecord/", "https://s.example/offtherecord/feed.xml"
)
FERRY = ArtistPage("Tangerine Ferry", "https://s.example/artists/tf/", ("タンジェリンフェリー",))
PAGE = EpisodePage(
    name="The ferry had one piano",
    url="https://s.example/offtherecord/ferry/",
    embed="https://s.example/embed/episodes/ferry/",
    media="https://s.example/offtherecord/ferry/media.mp4",
    media_type="video/mp4",
    poster="https://s.example/offtherecord/ferry/poster.jpg",
    published_at=datetime(2026, 11, 19, tzinfo=UTC),
    language="en",
    seconds=462,
    number=14,
    persons=(FERRY,),
    chapters=(Span(Chapter(72000, "A locked piano"), 190000),),
    album=AlbumCard(
        "Harbour Lights Off",
        FERRY,
        date(2026, 10, 2),
        ("https://music.example/a",),
        (TrackPage("B Flat", "https://s.example/tracks/x/", (FERRY,), 200, "JPAB12600001"),),
    ),
)


def nodes(document: Any) -> dict[str, Any]:
    return {node["@type"]: node for node in document["@graph"]}


def test_a_film_has_what_search_engines_require() -> None:
    video = nodes(linked_data.episode(PAGE, SERIES))["VideoObject"]
    assert {"name", "thumbnailUrl", "uploadDate", "contentUrl", "embedUrl"} <= video.keys()
    assert video["uploadDate"].endswith("+00:00")
    assert video["duration"] == "PT7M42S"
    assert video["hasPart"] == [
        {
            "@type": "Clip",
            "name": "A locked piano",
            "startOffset": 72,
            "endOffset": 190,
            "url": f"{PAGE.url}?t=72",
        }
    ]


def test_the_episode_is_linked_to_its_series_and_album() -> None:
    found = nodes(linked_data.episode(PAGE, SERIES))
    assert found["PodcastEpisode"]["partOfSeries"] == {"@id": found["PodcastSeries"]["@id"]}
    album = found["PodcastEpisode"]["about"]
    assert (album["name"], album["datePublished"], album["track"][0]["isrcCode"]) == (
        "Harbour Lights Off",
        "2026-10-02",
        "JPAB12600001",
    )


def test_sound_alone_is_an_audio_object() -> None:
    sound = EpisodePage(**{**PAGE.__dict__, "media_type": "audio/mp4"})
    assert "AudioObject" in nodes(linked_data.episode(sound, SERIES))


def test_the_hub_lists_its_episodes() -> None:
    listing = nodes(linked_data.hub(SERIES, [PAGE]))["CollectionPage"]["mainEntity"]
    assert listing["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "url": PAGE.url, "name": PAGE.name}
    ]


def test_nothing_can_close_the_script() -> None:
    text = linked_data.script({"name": "</script><script>alert(1)&"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"name": "</script><script>alert(1)&"}
