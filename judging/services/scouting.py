"""What a partner and an artist do in the partner room: keep in sight, ask, answer, take back."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from judging.jobs import introductions
from judging.models import Introduction, Shortlisted
from judging.queries.scouting import Desk, guardian_behind
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events, mail
from submissions.models import Submission

State = Introduction.State
MOST_LETTERS = 2000
MOST_WAITING = 20
"""As many artists as a partner may keep waiting at a time: who asks everybody means nobody."""


class IntroductionRefused(SpotlightError):
    """This can't be asked or answered like this now; the message says why."""

    code = "introduction_refused"


def keep(desk: Desk, submission: Submission, *, listed: bool) -> Shortlisted:
    """Put an entry on the partner's shortlist, or take it off. Private, so nothing is logged."""
    return _mark(desk, submission, is_listed=listed)


def note(desk: Desk, submission: Submission, *, text: str) -> Shortlisted:
    """Keep the partner's own note on an entry. Private as well. Raises InvalidInput at `note` for too much."""
    return _mark(desk, submission, note=_checked(text, "note", least=0))


def _mark(desk: Desk, submission: Submission, **values: object) -> Shortlisted:
    values = {**values, "by": desk.person, "at": clock.now()}
    mark, _made = Shortlisted.objects.update_or_create(
        organisation=desk.organisation, submission=submission, defaults=values
    )
    return mark


def _checked(text: str, name: str, *, least: int) -> str:
    text = text.strip().replace("\r\n", "\n")
    if not least <= len(text) <= MOST_LETTERS:
        raise InvalidInput(_("Write %(least)d to 2,000 characters.") % {"least": least}, field=name)
    return text


@transaction.atomic
def ask(desk: Desk, submission: Submission, *, message: str) -> Introduction:
    """Ask an artist to be introduced, once a season. The artist reads the message and who asks, in a mail and a page.

    Raises InvalidInput at `message`, or IntroductionRefused.
    """
    text = _checked(message, "message", least=1)
    if submission.artist.members.filter(person=desk.person).exists():
        raise IntroductionRefused(_("This is your own artist."))
    waiting = Introduction.objects.filter(
        season=desk.season, organisation=desk.organisation, state=State.ASKED
    )
    if waiting.count() >= MOST_WAITING:
        raise IntroductionRefused(
            _("%(count)d artists have not answered you yet. Wait for some of them, or withdraw a question.")
            % {"count": MOST_WAITING}
        )
    made = _create(desk, submission, text)
    _tell_artist(made)
    events.log(
        "introduction.asked",
        made,
        by=desk.person,
        season=desk.season.slug,
        organisation=desk.organisation.code,
    )
    return made


def _create(desk: Desk, submission: Submission, text: str) -> Introduction:
    try:
        with transaction.atomic():
            return Introduction.objects.create(
                season=desk.season, organisation=desk.organisation, artist=submission.artist, submission=submission,
                asked_by=desk.person, asked_at=clock.now(), message=text,
            )  # fmt: skip
    except IntegrityError:
        raise IntroductionRefused(
            _("Your organization has asked this artist in this season already.")
        ) from None


@transaction.atomic
def withdraw(introduction: Introduction, *, by: Person) -> None:
    """The partner takes the question back while it waits. Raises IntroductionRefused after the answer."""
    held = _hold(
        introduction, State.ASKED, _("The artist has answered. The question can't be withdrawn any more.")
    )
    _set(held, State.WITHDRAWN)
    events.log("introduction.withdrawn", held, by=by, season=held.season.slug)


@transaction.atomic
def answer(introduction: Introduction, *, accepts: bool, by: Person) -> Introduction:
    """The artist's answer. Contacts change hands at once if the entry's result is public, else when it is.

    Raises IntroductionRefused if it was answered or withdrawn before.
    """
    held = _hold(introduction, State.ASKED, _("This question was answered or withdrawn before."))
    held.answered_by, held.answered_at = by, clock.now()
    _set(held, State.ACCEPTED if accepts else State.DECLINED, "answered_by", "answered_at")
    events.log("introduction.answered", held, by=by, season=held.season.slug, accepts=accepts)
    if not (accepts and introductions.make(held)):
        _tell_partner(held)
    return held


@transaction.atomic
def take_back(introduction: Introduction, *, by: Person) -> None:
    """The artist takes consent back: the partner room shows no contact from now on. Raises IntroductionRefused."""
    held = _hold(introduction, State.ACCEPTED, _("There is no consent to take back."))
    _set(held, State.TAKEN_BACK)
    events.log("introduction.taken_back", held, by=by, season=held.season.slug)
    _tell_partner(held)


def _hold(introduction: Introduction, state: Introduction.State, otherwise: str) -> Introduction:
    """The row, locked, in this state; else refused with these words."""
    rows = Introduction.objects.select_for_update(of=("self",)).select_related(
        "season", "organisation", "artist", "submission__track", "asked_by__user"
    )
    held = rows.get(pk=introduction.pk)
    if held.state != state:
        raise IntroductionRefused(otherwise)
    return held


def _set(held: Introduction, state: Introduction.State, *more: str) -> None:
    held.state = state
    held.save(update_fields=["state", *more])


def _tell_artist(made: Introduction) -> None:
    """Everybody behind the artist who has an account, and the guardian whose consent the entry needed."""
    told = {"introduction": made, "season": made.season}
    url = settings.SITE_URL + reverse("introduction", args=[made.code])
    context = {**told, "url": url, "action": gettext_lazy("Read and answer")}
    if guardian := guardian_behind(made.submission):
        mail.write("introduction_guardian", to=guardian.email, season=made.season.slug, context=told)
    for member in made.artist.members.select_related("person__user"):
        if member.person.user is not None:
            mail.write(
                "introduction_asked", to=member.person.user.email, person=member.person, season=made.season.slug, context=context
            )  # fmt: skip


def _tell_partner(held: Introduction) -> None:
    if held.asked_by.user is None:
        return
    url = settings.SITE_URL + reverse("partner_entry", args=[held.season.slug, held.submission.code])
    mail.write(
        "introduction_answered", to=held.asked_by.user.email, person=held.asked_by, season=held.season.slug,
        context={"introduction": held, "season": held.season, "url": url, "action": gettext_lazy("Open the partner room")},
    )  # fmt: skip
