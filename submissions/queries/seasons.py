"""Seasons, and the seasons in which somebody has a role."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, QuerySet, Value, When

from spotlight.accounts.models import User
from submissions.models import Role, Season, SeasonText, Submission, Track


def public_seasons() -> QuerySet[Season]:
    """Seasons that were opened, the newest first."""
    return Season.objects.filter(opened_at__isnull=False).order_by("-opened_at")


def current_season() -> Season | None:
    """The season that the front page is about: the newest open one, else the newest finished one."""
    running_first = Case(
        When(state=Season.State.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return public_seasons().order_by(running_first, "-opened_at").first()


def seasons_with_role(user: User, *roles: Role) -> QuerySet[Season]:
    """Seasons in which the account's person holds one of `roles`; all seasons for the operator."""
    if user.is_superuser:
        return Season.objects.all()
    return Season.objects.filter(
        memberships__person__user=user, memberships__role__in=roles, memberships__ended_at__isnull=True
    ).distinct()


def season_as(user: User | AnonymousUser, slug: str, *roles: Role) -> Season | None:
    """The season of this address if the account holds one of `roles` in it (or is the operator's), else None."""
    if not user.is_authenticated:
        return None
    return seasons_with_role(user, *roles).filter(slug=slug).first()


def readable_season(user: User | AnonymousUser, slug: str) -> Season | None:
    """The season of this address: for everybody once it was opened, before that for those who set it up."""
    return public_seasons().filter(slug=slug).first() or season_as(user, slug, Role.ORGANIZER, Role.CHAIR)


def season_of(track: Track) -> Season | None:
    """The season of a track's newest entry: its markets, its zone and its days hold for what listeners do."""
    newest = Submission.objects.filter(track=track).select_related("season").order_by("-pk").first()
    return newest.season if newest else None


def text_of(season: Season, language: str) -> SeasonText:
    """What a season says of itself in a language: written in it, else in the season's own, else in whatever there is."""
    texts = {text.language: text for text in season.texts.all()}
    order = [language, season.language, *sorted(texts)]
    found = [texts[code] for code in order if code in texts]
    return SeasonText(
        season=season,
        language=found[0].language if found else season.language,
        name=next((t.name for t in found[:1] if t.name), season.name),
        headline=next((t.headline for t in found if t.headline), ""),
        about=next((t.about for t in found if t.about), ""),
    )
