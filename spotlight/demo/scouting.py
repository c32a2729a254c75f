"""A partner of the running season, who keeps a shortlist and asks the artist whom a visitor plays for an introduction."""

from judging.models import Introduction
from judging.queries import scouting as queries
from judging.services import scouting
from spotlight.demo import cast, people
from submissions.models import Season, Submission

LISTED = 4
MESSAGE = (
    "We run a small label in Yokohama and heard your track twice on the train home. We would like to talk about "
    "recording an EP: two days in our studio, you keep your masters. No hurry; write when the season is over."
)


def scout(season: Season, favorite: Submission | None) -> None:
    """Keep some of those who advanced in sight and ask one of them. Once: what was done before stays."""
    person = people.person_for(cast.PARTNER)
    desk = queries.desk_in(person.user, season.slug) if person.user else None
    if desk is None:
        return
    for submission in queries.open_to(desk, stage=1).order_by("code")[:LISTED]:
        scouting.keep(desk, submission, listed=True)
    found = queries.open_to(desk).filter(pk=favorite.pk).first() if favorite else None
    if found and not Introduction.objects.filter(season=season, artist=found.artist).exists():
        scouting.ask(desk, found, message=MESSAGE)
