"""Off the Record in the demo: a series of interviews about albums by artists of the season, over a month."""

import datetime
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from series import services
from series.formats import chapters
from series.jobs import media
from series.models import Album, AlbumLink, Clip, Episode, Guest, Series
from spotlight.accounts.models import Person
from spotlight.demo import calendar, cast, darkroom, people, talk
from spotlight.demo.cast import Size
from spotlight.demo.darkroom import Cut
from spotlight.ledger import clock, files
from spotlight.ledger.models import StoredFile
from submissions.artwork import raster_cover
from submissions.models import Season, Submission

DAYS = (84, 88, 92, 96, 103, 109, 115, 119)
"""When each comes out, in days of the season: six before a visitor arrives, two after."""
ALBUMS = {
    "en": ("Rooms with a Hum", "Tidal Furniture", "Everything but the Drums"),
    "ja": ("八月の配線", "水平線の台所", "眠らない文房具"),
    "ko": ("느린 엘리베이터", "창고의 여름", "아홉 번째 계단"),
}
CLIPS = 3
"""As many episodes have a vertical clip beside them."""


def produce(season: Season, size: Size, *, tick: Callable[[], None] = lambda: None) -> None:
    """Make the series and its episodes, and schedule them."""
    editor = people.demo_person("editor")
    series = series_of(season, editor)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for number, submission in enumerate(_subjects(season, size.episodes)):
            episode = episode_about(series, number, submission, editor)
            record(episode, said_in(episode), pool, editor)
            if episode.state == Episode.State.DRAFT:
                _schedule(episode, number, season, editor)
            if number < CLIPS:
                _clip(episode, pool, editor)
            tick()


def series_of(season: Season, editor: Person) -> Series:
    found = Series.objects.filter(season=season).first()
    if found is not None:
        return found
    picture = raster_cover("off-the-record", size=1400)
    artwork = files.keep_bytes(
        picture, kind=StoredFile.Kind.IMAGE, media_type="image/jpeg", owner=editor, suffix=".jpg"
    )
    series = Series(
        season=season, slug="off-the-record", host="Oriel Quist", author="Spotlight", artwork=artwork,
        about="Short talks about how an album came together: ideas, writing, and choosing the single.",
    )  # fmt: skip
    return services.save_series(series, by=editor)


def _subjects(season: Season, count: int) -> list[Submission]:
    """Cleared entries, the languages taking turns."""
    cleared = Submission.objects.filter(season=season, state="cleared").select_related("artist", "track")
    pools = {
        language: list(cleared.filter(artist__language=language).order_by("pk")[:count])
        for language in ("ja", "en", "ko")
    }
    turns = [pools[language].pop(0) for _ in range(count) for language in pools if pools[language]]
    return turns[:count]


def episode_about(series: Series, number: int, submission: Submission, editor: Person) -> Episode:
    slug = f"otr-{number + 1}-{submission.artist.slug}"[:80]
    found = Episode.objects.filter(slug=slug).first()
    if found is not None:
        return found
    artist, language = submission.artist, submission.artist.language
    album = _album(submission, number, editor)
    words = {"album": album.title, "artist": artist.name}
    episode = services.create_episode(
        series, by=editor, slug=slug, number=number + 1, language=language, artist=artist, album=album,
        title=talk.TITLES[language].format(**words), summary=talk.SUMMARIES[language].format(**words),
    )  # fmt: skip
    for other in sorted({"en", "ja", "ko"} - {language}):
        services.put_text(
            episode, language=other, by=editor,
            title=talk.TITLES[other].format(**words), summary=talk.SUMMARIES[other].format(**words),
        )  # fmt: skip
    services.set_tracks(episode, [submission.track], by=editor)
    services.set_guests(episode, [_guest(submission, editor)], by=editor)
    return episode


def _album(submission: Submission, number: int, editor: Person) -> Album:
    artist = submission.artist
    titles = ALBUMS[artist.language]
    released = (clock.now() - datetime.timedelta(days=40 + 9 * number)).date()
    album = Album(
        title=titles[number // 3 % len(titles)], language=artist.language, artist=artist, released_on=released
    )
    services.save_record(album, by=editor)
    AlbumLink.objects.create(album=album, label="Web", url=f"https://{artist.slug}.example/album")
    return album


def _guest(submission: Submission, editor: Person) -> Guest:
    artist = submission.artist
    guest = Guest(
        name=artist.name, name_romanised=artist.name_romanised, language=artist.language, artist=artist
    )
    services.save_record(guest, by=editor)
    return guest


def said_in(episode: Episode) -> list[talk.Said]:
    return talk.interview(f"{cast.SEED}/{episode.slug}", episode.language)


def record(episode: Episode, said: list[talk.Said], pool: ProcessPoolExecutor, editor: Person) -> None:
    """Film, poster, chapters and captions in three languages."""
    if episode.media_id:
        return
    seconds = said[-1].end + 3
    talking = tuple((one.start, one.end, one.speaker) for one in said)
    cut = Cut(
        picture=episode.slug, tune=cast.SEED % 1000 + (episode.number or 0), seconds=seconds, talking=talking
    )
    film = pool.submit(darkroom.film, files.scratch(".mp4"), cut).result()
    services.set_poster(episode, darkroom.still(episode.slug), by=editor)
    _attach(episode, film, editor)
    starts = [0, said[0].start, said[len(said) // 2].start]
    marks = tuple(
        chapters.Chapter(round(start * 1000), title)
        for start, title in zip(starts, talk.CHAPTERS[episode.language], strict=True)
    )
    services.update_episode(episode, by=editor, chapters=chapters.to_json(marks))
    episode.refresh_from_db()
    for language in ("en", "ja", "ko"):
        services.put_captions(episode, language=language, text=talk.captions(said, language), by=editor)


def _attach(recording: Episode | Clip, film: Path, editor: Person) -> None:
    stored = files.keep(
        film, kind=StoredFile.Kind.MEDIA, media_type="application/octet-stream", owner=editor,
        name=f"{recording.code}.mp4", suffix=".mp4",
    )  # fmt: skip
    services.attach_media(recording, stored, by=editor)
    media.check_recording(media.key_of(recording))
    recording.refresh_from_db()


def _schedule(episode: Episode, number: int, season: Season, editor: Person) -> None:
    at = calendar.day(season, DAYS[number % len(DAYS)], 18)
    services.schedule_episode(episode, publish_at=at, zone=season.zone, by=editor)


def _clip(episode: Episode, pool: ProcessPoolExecutor, editor: Person) -> None:
    """Some seconds of the talk, upright."""
    if episode.clips.exists():
        return
    said = said_in(episode)
    answer = said[1]
    cut = Cut(
        picture=f"{episode.slug}/clip", tune=cast.SEED % 1000 + (episode.number or 0), width=360, height=640,
        start=max(0.0, said[0].start - 0.5), seconds=answer.end - said[0].start + 1.5,
        talking=tuple((one.start, one.end, one.speaker) for one in said[:2]),
    )  # fmt: skip
    film = pool.submit(darkroom.film, files.scratch(".mp4"), cut).result()
    clip = services.create_clip(
        episode, title=said[0].words[episode.language][:120], language=episode.language, by=editor
    )
    services.set_poster(clip, darkroom.still(cut.picture, width=720, height=1280), by=editor)
    _attach(clip, film, editor)
