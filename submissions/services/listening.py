"""What listeners do besides listening: like, save, share, report, register a video."""

from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events
from submissions.models import Like, Report, Save, Season, Share, Track, Use
from submissions.models.video_address import video_address
from submissions.queries.listening import needs_no_person
from submissions.queries.seasons import season_of
from submissions.services.plays import Visitor, day_in, is_counted, listener_key, market_of


class NoReuse(SpotlightError):
    """The artist allows listening only."""

    code = "no_reuse"


def like(track: Track, *, by: Person) -> None:
    """Like a track, once. Likes of the artists themselves and of staff are kept but never counted."""
    with transaction.atomic():
        visitor = _account(by)
        if not is_counted(track, visitor):
            raise InvalidInput(_("Artists, judges and staff can't like tracks of their own season."))
        Like.objects.get_or_create(
            track=track, person=by, defaults={"market": market_of(track, visitor), "at": clock.now()}
        )


def unlike(track: Track, *, by: Person) -> None:
    """Take a like back."""
    Like.objects.filter(track=track, person=by).delete()


def save(track: Track, *, by: Person) -> None:
    """Keep a track in one's own list, once. Everybody may; what artists and staff of the track's seasons keep never counts."""
    with transaction.atomic():
        visitor = _account(by)
        Save.objects.get_or_create(
            track=track,
            person=by,
            defaults={
                "market": market_of(track, visitor), "counts": is_counted(track, visitor), "at": clock.now()
            },
        )  # fmt: skip


def unsave(track: Track, *, by: Person) -> None:
    """Take a track out of one's own list."""
    Save.objects.filter(track=track, person=by).delete()


def share(track: Track, visitor: Visitor) -> bool:
    """Count a copied link or embed code, once per listener and day of the season's zone. Returns whether it counted."""
    if not is_counted(track, visitor):
        return False
    day = day_in(season_of(track), clock.now())
    _row, made = Share.objects.get_or_create(
        track=track,
        day=day,
        listener=listener_key(visitor, day=day),
        defaults={"market": market_of(track, visitor)},
    )
    return made


def report(track: Track, *, reason: str, text: str, by: Person | None) -> Report:
    """Say that something is wrong with a track; clearance decides."""
    with transaction.atomic():
        made = Report.objects.create(track=track, person=by, reason=reason, text=text, at=clock.now())
        events.log("track.reported", made, by=by, season=_season_slug(track), track=track.code, reason=reason)
    return made


def register_use(track: Track, *, url: str, by: Person) -> Use:
    """Register a video made with the track; it counts once a person, or here and now the season's rule, accepts it.

    Raises NoReuse, InvalidInput.
    """
    if track.licence == Track.Licence.NONE:
        raise NoReuse(_("The artist allows listening only, so no videos can be registered for this track."))
    if not is_counted(track, _account(by)):
        raise InvalidInput(
            _("Artists, judges and staff can't register videos with tracks of their own season."), field="url"
        )
    if urlsplit(url).scheme not in ("http", "https"):
        raise InvalidInput(_("Paste the video's address, beginning with https://."), field="url")
    season, address = season_of(track), video_address(url)
    if not {"/", "?"} & set(address):
        raise InvalidInput(_("Paste the address of the video itself, not that of the site."), field="url")
    try:
        with transaction.atomic():
            made = Use.objects.create(
                season=season, track=track, person=by, url=url, address=address, market=by.market, at=clock.now()
            )  # fmt: skip
            events.log("use.registered", made, by=by, season=_season_slug(track), track=track.code)
            if season and needs_no_person(season, url=url, by=by):
                _accept_by_rule(made, season)
    except IntegrityError:
        raise InvalidInput(_("This video is registered already."), field="url") from None
    return made


def _accept_by_rule(made: Use, season: Season) -> None:
    made.state, made.decided_at = Use.State.ACCEPTED, clock.now()
    made.save(update_fields=["state", "decided_at"])
    events.log("use.accepted", made, by=None, season=season.slug, track=made.track.code, by_rule=True)


def _account(person: Person) -> Visitor:
    return Visitor(person, "", "account", person.user.language if person.user else "")


def _season_slug(track: Track) -> str:
    season = season_of(track)
    return season.slug if season else ""
