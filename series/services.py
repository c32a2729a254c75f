"""What editors do. Each verb locks the episode, checks, writes, logs, and asks for work in one transaction."""

from __future__ import annotations

import datetime
import io
import zoneinfo
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from series import queries
from series.formats import webvtt
from series.formats.hashtags import is_hashtag, tag_key
from series.formats.problems import Malformed, Problem
from series.jobs import media, publication
from series.jobs.publication import season_of
from series.models import Album, CaptionTrack, Clip, Episode, EpisodeText, Guest, Recording, Series
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events, files, work
from spotlight.ledger.models import StoredFile
from submissions.models import Track

LARGEST_POSTER = (2000, 2000)
POSTER_PIXELS = 50_000_000


class WrongState(SpotlightError):
    """The episode's state does not allow this."""

    code = "wrong_state"


class CaptionsRefused(InvalidInput):
    """The WebVTT has faults; `problems` names them line by line."""

    code = "captions_refused"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(say(problem) for problem in problems), field="text")
        self.problems = problems


def say(problem: Problem) -> str:
    """A problem as a translated sentence with its line."""
    sentence = _(problem.message) % problem.values
    return _("Line %(line)d: %(sentence)s") % {"line": problem.line, "sentence": sentence}


def save_series(series: Series, *, by: Person | None) -> Series:
    """Write a new or changed series. Raises InvalidInput for a hashtag that is none."""
    if not is_hashtag(series.hashtag):
        raise InvalidInput(
            _("A hashtag is letters and digits without spaces, such as OfftheRecord."), field="hashtag"
        )
    with transaction.atomic():
        is_new = series.pk is None
        series.hashtag = series.hashtag.strip().lstrip("#＃")
        series.tag_key = tag_key(series.hashtag)
        series.save()
        season = series.season.slug if series.season else ""
        events.log("series.created" if is_new else "series.updated", series, by=by, season=season)
        for episode in Episode.objects.filter(series=series).select_related("series", "artist", "album"):
            Episode.objects.filter(pk=episode.pk).update(search_key=queries.search_key(episode))
    return series


def save_record(record: Album | Guest, *, by: Person | None, **changes: Any) -> None:
    """Write a new or changed album or guest; the episodes about it are found by their new names."""
    with transaction.atomic():
        is_new = record.pk is None
        for name, value in changes.items():
            setattr(record, name, value)
        record.save()
        kind = record._meta.model_name
        events.log(f"{kind}.{'created' if is_new else 'updated'}", record, by=by)
        for episode in record.episodes.select_related("series", "artist", "album"):
            _index(episode)


def create_episode(series: Series, *, by: Person | None, **fields: Any) -> Episode:
    """A new draft. `fields` are those of the model: slug, title, summary, language, artist, album, …"""
    with transaction.atomic():
        episode = Episode.objects.create(series=series, **fields)
        _index(episode)
        events.log("episode.created", episode, by=by, season=season_of(episode))
    return episode


def update_episode(episode: Episode, *, by: Person | None, **changes: Any) -> Episode:
    """Change fields. What is public or scheduled must stay complete: raises EpisodeIncomplete."""
    with transaction.atomic():
        locked = _lock(episode)
        if "slug" in changes and locked.published_at and changes["slug"] != locked.slug:
            raise WrongState(
                _("The address of an episode that was public can't change any more."), field="slug"
            )
        for name, value in changes.items():
            setattr(locked, name, value)
        _keep_complete(locked)
        locked.save()
        _index(locked)
        events.log("episode.updated", locked, by=by, season=season_of(locked), fields=sorted(changes))
    return locked


def remove_draft(episode: Episode, *, by: Person | None) -> None:
    """Delete an episode that was never public."""
    with transaction.atomic():
        locked = _lock(episode)
        if locked.published_at or locked.state == Episode.State.SCHEDULED:
            raise WrongState(_("Only a draft that was never public can be deleted."))
        events.log("episode.removed", locked, by=by, season=season_of(locked))
        locked.delete()


def put_text(episode: Episode, *, language: str, title: str, summary: str, by: Person | None) -> EpisodeText:
    """Write the episode's title and summary in another language."""
    with transaction.atomic():
        locked = _lock(episode)
        values = {"title": title, "summary": summary}
        text, _created = EpisodeText.objects.update_or_create(
            episode=locked, language=language, defaults=values
        )
        _touched(locked, "episode.translated", by=by, language=language)
    return text


def remove_text(text: EpisodeText, *, by: Person | None) -> None:
    """Take a translation of title and summary away."""
    with transaction.atomic():
        locked = _lock(text.episode)
        text.delete()
        _touched(locked, "episode.translation_removed", by=by, language=text.language)


def set_tracks(episode: Episode, tracks: Iterable[Track], *, by: Person | None) -> None:
    """Replace the episode's tracks, in order."""
    with transaction.atomic():
        locked = _lock(episode)
        locked.track_list.all().delete()
        for order, track in enumerate(tracks):
            locked.track_list.create(track=track, order=order)
        _touched(locked, "episode.tracks_set", by=by, count=locked.track_list.count())


def set_guests(episode: Episode, guests: Iterable[Guest], *, by: Person | None) -> None:
    """Replace the people who speak, in order."""
    with transaction.atomic():
        locked = _lock(episode)
        locked.appearances.all().delete()
        for order, guest in enumerate(guests):
            locked.appearances.create(guest=guest, order=order)
        _touched(locked, "episode.guests_set", by=by, count=locked.appearances.count())


def put_captions(episode: Episode, *, language: str, text: str, by: Person | None) -> CaptionTrack:
    """Write the captions of one language. Raises CaptionsRefused with numbered lines."""
    captions = check_captions(text, duration_ms=episode.duration_ms)
    kind = CaptionTrack.Kind.CAPTIONS if language == episode.language else CaptionTrack.Kind.SUBTITLES
    with transaction.atomic():
        locked = _lock(episode)
        values = {"text": webvtt.write(captions), "kind": kind}
        track, _created = CaptionTrack.objects.update_or_create(
            episode=locked, language=language, defaults=values
        )
        _touched(locked, "episode.captions_put", by=by, language=language, cues=len(captions.cues))
    return track


def remove_captions(track: CaptionTrack, *, by: Person | None) -> None:
    """Take captions away; a public episode keeps those of its own language."""
    with transaction.atomic():
        locked = _lock(track.episode)
        track.delete()
        _keep_complete(locked)
        _touched(locked, "episode.captions_removed", by=by, language=track.language)


def check_captions(text: str, *, duration_ms: int = 0) -> webvtt.Captions:
    """Captions that are valid and end with the recording (when its length is known). Raises CaptionsRefused."""
    try:
        captions = webvtt.parse(text)
    except Malformed as refused:
        raise CaptionsRefused(refused.problems) from None
    late = webvtt.overruns(captions, duration=duration_ms + 1000) if duration_ms else []
    if late:
        message = _("The caption at %(start)s ends after the recording (%(end)s). Shorten or remove it.")
        values = {"start": webvtt.stamp(late[0].start), "end": webvtt.stamp(duration_ms)}
        raise InvalidInput(message % values, field="text")
    return captions


def attach_media(recording: Recording, stored: StoredFile, *, by: Person | None) -> None:
    """Give an episode or clip a new file. It is checked in the background; what played before plays until then."""
    with transaction.atomic():
        model = type(recording)
        locked = model._default_manager.select_for_update().get(pk=recording.pk)
        locked.incoming, locked.check_state, locked.refusal = stored, Recording.Check.WAITING, ""
        locked.save()
        events.log("recording.attached", locked, by=by, season=_season_of_recording(locked), size=stored.size)
        work.enqueue(media.KIND, media.key_of(locked))
    recording.refresh_from_db()


def keep_media(upload: UploadedFile[Any], *, by: Person | None) -> StoredFile:
    """Store an uploaded film or recording; `attach_media` has it checked."""
    path = files.scratch()
    with path.open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
    name = upload.name or ""
    ending = PurePath(name).suffix.lower()[:8]
    ending = ending if ending[1:].isalnum() and ending.isascii() else ""
    return files.keep(
        path,
        kind=StoredFile.Kind.MEDIA,
        media_type="application/octet-stream",
        owner=by,
        name=name,
        suffix=ending,
    )


def keep_picture(content: bytes, *, by: Person | None) -> StoredFile:
    """Store a picture as JPEG without its metadata. Raises InvalidInput for what is no picture."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > POSTER_PIXELS:
                raise InvalidInput(
                    _("This picture is too large. At most 50 megapixels can be read."), field="poster"
                )
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise InvalidInput(_("This file is no picture. Send a JPEG, PNG or WebP."), field="poster") from None
    upright.thumbnail(LARGEST_POSTER)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=88, optimize=True)
    return files.keep_bytes(
        out.getvalue(), kind=StoredFile.Kind.IMAGE, media_type="image/jpeg", owner=by, suffix=".jpg"
    )


def set_poster(recording: Recording, content: bytes, *, by: Person | None) -> None:
    """Give an episode or clip the still that is shown before it plays."""
    stored = keep_picture(content, by=by)
    with transaction.atomic():
        recording.poster = stored
        recording.save(update_fields=["poster"])
        events.log("recording.poster_set", recording, by=by, season=_season_of_recording(recording))


def create_clip(episode: Episode, *, title: str, language: str, by: Person | None, order: int = 0) -> Clip:
    """A new clip beside an episode; give it a file with `attach_media`."""
    with transaction.atomic():
        clip = Clip.objects.create(episode=episode, title=title, language=language, order=order)
        events.log("clip.created", clip, by=by, season=season_of(episode))
    return clip


def update_clip(clip: Clip, *, by: Person | None, **changes: Any) -> Clip:
    """Change a clip's title, language or order."""
    with transaction.atomic():
        for name, value in changes.items():
            setattr(clip, name, value)
        clip.save(update_fields=list(changes))
        events.log("clip.updated", clip, by=by, season=season_of(clip.episode), fields=sorted(changes))
    return clip


def remove_clip(clip: Clip, *, by: Person | None) -> None:
    """Take a clip away."""
    with transaction.atomic():
        events.log("clip.removed", clip, by=by, season=season_of(clip.episode))
        clip.delete()


def schedule_episode(
    episode: Episode, *, publish_at: datetime.datetime, zone: str, by: Person | None
) -> Episode:
    """Let the episode come out by itself. Raises InvalidInput for a time that has passed, EpisodeIncomplete."""
    if zone not in zoneinfo.available_timezones():
        raise InvalidInput(
            _("This time zone is not known. Write an IANA name such as Asia/Tokyo."), field="zone"
        )
    with transaction.atomic():
        locked = _lock(episode)
        if locked.state not in (Episode.State.DRAFT, Episode.State.SCHEDULED, Episode.State.WITHDRAWN):
            raise WrongState(
                _("This episode is public already. Withdraw it before you give it another time.")
            )
        if publish_at <= clock.now():
            raise InvalidInput(
                _("That time has passed. Choose a later one, or publish now."), field="publish_at"
            )
        publication.refuse_incomplete(locked)
        locked.state, locked.publish_at, locked.zone = Episode.State.SCHEDULED, publish_at, zone
        locked.save()
        work.enqueue(publication.KIND, locked.code, due_at=publish_at)
        events.log(
            "episode.scheduled", locked, by=by, season=season_of(locked), publish_at=publish_at.isoformat()
        )
    return locked


def unschedule_episode(episode: Episode, *, by: Person | None) -> Episode:
    """Back to a draft: it will not come out by itself."""
    with transaction.atomic():
        locked = _lock(episode)
        if locked.state != Episode.State.SCHEDULED:
            raise WrongState(_("This episode is not scheduled."))
        locked.state, locked.publish_at = Episode.State.DRAFT, None
        locked.save()
        events.log("episode.unscheduled", locked, by=by, season=season_of(locked))
    return locked


def publish_episode(episode: Episode, *, by: Person | None) -> Episode:
    """Make the episode public now. Raises EpisodeIncomplete, and WrongState if it is public."""
    with transaction.atomic():
        locked = _lock(episode)
        if locked.is_published:
            raise WrongState(_("This episode is public already."))
        publication.refuse_incomplete(locked)
        publication.release(locked, by=by)
    return locked


def withdraw_episode(episode: Episode, *, reason: str, by: Person | None) -> Episode:
    """Take a public episode back: page, feed, media, captions and embeds answer 404 from now on."""
    with transaction.atomic():
        locked = _lock(episode)
        if not locked.is_published:
            raise WrongState(_("Only a public episode can be withdrawn."))
        locked.state, locked.withdrawn_reason, locked.publish_at = Episode.State.WITHDRAWN, reason[:300], None
        locked.save()
        events.log("episode.withdrawn", locked, by=by, season=season_of(locked), reason=reason[:300])
    return locked


def _lock(episode: Episode) -> Episode:
    rows = Episode.objects.select_for_update(of=("self",))
    return rows.select_related("series__season", "artist", "album").get(pk=episode.pk)


def _index(episode: Episode) -> None:
    episode.search_key = queries.search_key(episode)
    episode.save(update_fields=["search_key", "updated_at"])


def _touched(episode: Episode, verb: str, *, by: Person | None, **facts: Any) -> None:
    """What every change beside the episode's own row ends with."""
    _index(episode)
    events.log(verb, episode, by=by, season=season_of(episode), **facts)


def _keep_complete(episode: Episode) -> None:
    if episode.state in (Episode.State.PUBLISHED, Episode.State.SCHEDULED):
        publication.refuse_incomplete(episode)


def _season_of_recording(recording: Recording) -> str:
    episode = recording.episode if isinstance(recording, Clip) else recording
    return season_of(episode) if isinstance(episode, Episode) else ""
