"""What others than the artist have to say before an entry can be cleared: guardian, co-writers, identity."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from spotlight.accounts.codes import ALPHABET
from spotlight.ledger import clock
from submissions.models import Artist, CoWriter, Guardian, Identity, Season, Submission

OPEN_CREDITS = (CoWriter.State.WAITING, CoWriter.State.CONTESTED)
IdentityBy = Season.IdentityBy


@dataclass(frozen=True)
class Blocker:
    """Why an entry can't be cleared yet, in words for clearance and artist alike."""

    about: str
    message: str


# ---- age -------------------------------------------------------------------------------------------------------------


def guardian_age(submission: Submission) -> int:
    """Under which age a guardian has to consent: the market's number, else the season's; 0: nobody's age is asked."""
    market = submission.market
    if market is not None and market.guardian_under is not None:
        return int(market.guardian_under)
    return int(submission.season.guardian_under)


def asks_age(submission: Submission) -> bool:
    """Whether the form asks; before a market is chosen, if any market would."""
    if submission.market_id is None:
        return asks_age_anywhere(submission.season)
    return guardian_age(submission) > 0


def asks_age_anywhere(season: Season) -> bool:
    """Whether any market of the season asks."""
    return bool(season.guardian_under) or season.markets.filter(guardian_under__gt=0).exists()


def guardian_of(submission: Submission) -> Guardian | None:
    """What is stored of age and guardian."""
    return Guardian.objects.filter(submission=submission).select_related("terms").first()


def year_decides(year: int, *, under: int, on: datetime.date) -> bool | None:
    """Whether who was born in a year is under an age on a day: None where it depends on the birthday."""
    oldest = on.year - year
    if oldest < under:
        return True
    return False if oldest > under else None


def is_under(born: datetime.date, *, under: int, on: datetime.date) -> bool:
    """Whether who was born on a day is under an age on another."""
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) < under


def day_of_entry(submission: Submission) -> datetime.date:
    """The day whose age counts: that of sending, until then today, in the season's zone."""
    at = submission.submitted_at or clock.now()
    return at.astimezone(ZoneInfo(submission.season.zone)).date()


def needs_guardian(submission: Submission, stated: Guardian | None) -> bool | None:
    """Whether a guardian has to consent; None while the age is not stated as far as it is needed."""
    under = guardian_age(submission)
    if not under:
        return False
    if stated is None or stated.birth_year is None:
        return None
    on = day_of_entry(submission)
    decided = year_decides(stated.birth_year, under=under, on=on)
    if decided is None and stated.born_on:
        return is_under(stated.born_on, under=under, on=on)
    return decided


def asks_birthday(submission: Submission, stated: Guardian | None) -> bool:
    """Whether the year that is stated leaves it open."""
    under = guardian_age(submission)
    if not under or stated is None or stated.birth_year is None:
        return False
    return year_decides(stated.birth_year, under=under, on=day_of_entry(submission)) is None


# ---- identity --------------------------------------------------------------------------------------------------------


def identity_code(artist: Artist, season: Season) -> str:
    """What the artist puts into a profile; always the same for one artist in one season (about 49 bits)."""
    number = int(
        salted_hmac("spotlight.identity", f"{artist.pk}:{season.pk}", algorithm="sha256").hexdigest(), 16
    )
    letters = [ALPHABET[(number // len(ALPHABET) ** place) % len(ALPHABET)] for place in range(10)]
    return f"spotlight-{''.join(letters[:5])}-{''.join(letters[5:])}"


def identity_of(submission: Submission) -> Identity | None:
    """What was seen of the artist in this season."""
    found = Identity.objects.filter(artist=submission.artist_id, season=submission.season_id)
    return found.select_related("seen_by").first()


def is_identity_seen(season: Season, identity: Identity | None) -> bool:
    """Whether what the season requires was seen."""
    if season.identity_by == IdentityBy.NOTHING:
        return True
    if identity is None or identity.seen_at is None:
        return False
    return season.identity_by in (IdentityBy.EITHER, identity.how)


# ---- who is waited for ---------------------------------------------------------------------------------------------


def waits_for_others() -> Q:
    """Entries at which a reviewer has nothing to do before somebody has answered a mail or placed the code.

    Who declined or contested has answered: then it is a person's turn.
    """
    own = {"submission": OuterRef("pk")}
    guardian = Guardian.objects.filter(**own, asked_at__isnull=False, state=Guardian.State.WAITING)
    cowriters = CoWriter.objects.filter(**own, state=CoWriter.State.WAITING)
    placed = Identity.objects.filter(
        artist=OuterRef("artist"), season=OuterRef("season"), placed_at__isnull=False
    )
    return (
        Q(Exists(guardian))
        | Q(Exists(cowriters))
        | (Q(season__identity_by=IdentityBy.CODE) & ~Q(Exists(placed)))
    )


# ---- all together ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checks:
    """Everything that others said of one entry; empty where its season asks for nothing."""

    guardian: Guardian | None
    needs_guardian: bool | None
    cowriters: list[CoWriter]
    identity: Identity | None
    identity_code: str
    is_identity_seen: bool
    blockers: list[Blocker]

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.needs_guardian is not False or self.cowriters or self.identity_code)


def checks_of(submission: Submission) -> Checks:
    """The checks of an entry. Costs no query where the season asks for nothing."""
    season = submission.season
    stated = guardian_of(submission) if guardian_age(submission) else None
    needed = needs_guardian(submission, stated)
    asked = submission.cowriters.exclude(state=CoWriter.State.GONE) if season.confirms_credits else []
    cowriters = list(asked)
    by = season.identity_by
    identity = identity_of(submission) if by != IdentityBy.NOTHING else None
    seen = is_identity_seen(season, identity)
    blockers = [*_guardian(needed, stated), *_cowriters(cowriters), *_identity(season, identity, seen)]
    code = identity_code(submission.artist, season) if by != IdentityBy.NOTHING else ""
    return Checks(stated, needed, cowriters, identity, code, seen, blockers)


def _guardian(needed: bool | None, stated: Guardian | None) -> Iterator[Blocker]:
    if needed is None:
        yield Blocker("guardian", _("The age is not stated."))
    elif needed and stated and stated.state != Guardian.State.CONSENTED:
        yield Blocker(
            "guardian",
            {
                Guardian.State.WAITING: _("The guardian has not answered yet."),
                Guardian.State.DECLINED: _("The guardian declined."),
                Guardian.State.WITHDRAWN: _("The guardian withdrew the consent."),
            }[Guardian.State(stated.state)],
        )


def _cowriters(asked: list[CoWriter]) -> Iterator[Blocker]:
    for one in asked:
        if one.state == CoWriter.State.WAITING:
            yield Blocker("credits", _("%(name)s has not confirmed the credits yet.") % {"name": one.name})
        elif one.state == CoWriter.State.CONTESTED:
            yield Blocker("credits", _("%(name)s contests the credits.") % {"name": one.name})


def _identity(season: Season, identity: Identity | None, seen: bool) -> Iterator[Blocker]:
    if seen:
        return
    if season.identity_by == IdentityBy.DOCUMENT:
        yield Blocker("identity", _("Nobody has seen a document yet."))
    elif identity and identity.placed_at:
        yield Blocker("identity", _("Nobody has looked for the code in the profile yet."))
    else:
        yield Blocker("identity", _("The code is not in a public profile yet."))
