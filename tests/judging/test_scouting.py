"""Partners scout the stage they are entitled to; contacts change hands when both agree and the result is public."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from judging.jobs import introductions
from judging.models import Entry, Introduction, Shortlisted
from judging.queries import panel, scouting
from judging.queries.scouting import Desk, Wanted
from judging.services import scouting as services
from judging.services.scouting import IntroductionRefused
from judging.tasks.rounds import make_introductions
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail, WorkRow
from submissions.models import Guardian, Membership, Organisation, Role, Season, SeasonPartner, Submission
from submissions.services import artists, roles
from submissions.services.entries import index_track
from tests.judging.test_cuts import closed_round, signed_in
from tests.judging.test_removals import decided
from tests.making import (
    advance,
    make_entry,
    make_person,
    make_playable,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_submission,
    open_for_good,
)

pytestmark = pytest.mark.django_db
WHY = "We would like to record an EP with you."


@pytest.fixture
def season() -> Season:
    return make_season()


@pytest.fixture
def label(season: Season) -> Organisation:
    made = Organisation.objects.create(name="Lantern Row")
    SeasonPartner.objects.create(season=season, organisation=made)
    return made


@pytest.fixture
def partner(season: Season, label: Organisation) -> Person:
    return partner_of(season, label)


def partner_of(season: Season, label: Organisation | None) -> Person:
    person = make_role(season, Role.PARTNER)
    person.memberships.update(organisation=label)
    return person


def desks_of(person: Person) -> list[Desk]:
    assert person.user is not None
    return scouting.desks(person.user)


def heard(season: Season, title: str = "A song") -> Submission:
    made = make_submission(season, title=title)
    index_track(make_playable(made.track))
    return made


def artist_of(submission: Submission) -> Person:
    return Person.objects.get(artists__artist=submission.artist)


def mails(template: str) -> list[Mail]:
    return list(Mail.objects.filter(template=template).order_by("pk"))


def opened(season: Season) -> None:
    open_for_good(season)


def played(season: Season, *, cut: int = 3) -> list[Entry]:
    """A round with four entries that can be heard, decided and announced; the entries by rank."""
    made = closed_round(season, entries=4, cut=cut)
    for entry in made.entries.select_related("submission__track"):
        make_playable(entry.submission.track)
    decided(made, (make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)))
    return list(made.entries.select_related("submission").order_by("decision__rank"))


def test_only_partners_with_a_place_in_an_open_season_have_a_room(
    season: Season, label: Organisation, partner: Person
) -> None:
    nobodys, elsewhere = (
        partner_of(season, None),
        partner_of(season, Organisation.objects.create(name="Other")),
    )
    assert desks_of(partner) == []  # the season is still being set up
    opened(season)
    assert [(desk.season, desk.organisation, desk.after) for desk in desks_of(partner)] == [
        (season, label, 0)
    ]
    for person in (nobodys, elsewhere, make_role(season, Role.JUDGE), make_person()):
        assert desks_of(person) == []
        assert signed_in(person).get(reverse("partners")).status_code == 404
        assert signed_in(person).get(reverse("partner_room", args=[season.slug])).status_code == 404
    assert signed_in(partner).get("/start/").headers["Location"] == "/partners/"
    assert signed_in(partner).get("/partners/").headers["Location"] == f"/partners/{season.slug}/"
    partner.memberships.update(ended_at=clock.now())
    assert signed_in(partner).get("/partners/").status_code == 404


def test_a_partner_sees_the_stage_that_it_waits_for_and_nothing_hidden(
    season: Season, label: Organisation, partner: Person
) -> None:
    ranked = played(season)
    opened(season)
    others = [heard(season, title) for title in ("Hidden", "Contested", "Open")]
    others[0].track.hidden_at = clock.now()
    others[0].track.save(update_fields=["hidden_at"])
    Submission.objects.filter(pk=others[1].pk).update(is_contested=True)
    make_submission(season, state="submitted")
    desk = desks_of(partner)[0]
    every = {entry.submission.code for entry in ranked} | {others[2].code}
    through = {entry.submission.code for entry in ranked[:3]}
    assert {s.code for s in scouting.open_to(desk)} == every
    assert {s.code for s in scouting.rows(desk, Wanted(stage=1))} == through
    SeasonPartner.objects.update(scouts_after=1)
    desk = desks_of(partner)[0]
    assert {s.code for s in scouting.open_to(desk)} == through
    page = signed_in(partner).get(reverse("partner_room", args=[season.slug]))
    assert page.status_code == 200 and b"rank" not in page.content.split(b"<main")[1]
    out = reverse("partner_entry", args=[season.slug, ranked[3].submission.code])
    assert signed_in(partner).get(out).status_code == 404
    SeasonPartner.objects.update(scouts_after=2)
    assert not scouting.open_to(desks_of(partner)[0]).exists()  # round two is not announced


def test_a_list_and_notes_belong_to_the_organization(
    season: Season, label: Organisation, partner: Person
) -> None:
    opened(season)
    song, other = heard(season, "First"), heard(season, "Second")
    colleague, rival = partner_of(season, label), Organisation.objects.create(name="Rival")
    SeasonPartner.objects.create(season=season, organisation=rival)
    outsider = partner_of(season, rival)
    page = reverse("partner_entry", args=[season.slug, song.code])
    button = signed_in(partner).post(page, {"do": "keep"}, headers={"HX-Request": "true"}).content
    assert b'value="drop"' in button and b"<html" not in button
    signed_in(partner).post(page, {"do": "note", "note": "Call her manager."})
    assert [s.code for s in scouting.rows(desks_of(colleague)[0], Wanted(shown="list"))] == [song.code]
    assert b"Call her manager." in signed_in(colleague).get(page).content
    assert b"Call her manager." not in signed_in(outsider).get(page).content
    assert not scouting.rows(desks_of(outsider)[0], Wanted(shown="list")).exists()
    signed_in(colleague).post(page, {"do": "drop"})
    mark = Shortlisted.objects.get()
    assert (mark.is_listed, mark.note, mark.submission) == (False, "Call her manager.", song)
    assert not Event.objects.filter(subject__contains=song.code).exists()  # private
    assert signed_in(partner).post(page, {"do": "nonsense"}).status_code == 302
    found = scouting.rows(desks_of(partner)[0], Wanted(words="second", market="jp", genre="pop"))
    assert [s.code for s in found] == [other.code]


def test_an_introduction_takes_both_and_a_public_result(
    season: Season, label: Organisation, partner: Person
) -> None:
    ranked = played(season)
    second = make_round(season, 2)
    opened(season)
    winner, out = ranked[0].submission, ranked[3].submission
    room = reverse("partner_entry", args=[season.slug, winner.code])
    assert signed_in(partner).post(room, {"do": "ask", "message": " "}).status_code == 422
    assert signed_in(partner).post(room, {"do": "ask", "message": WHY}).status_code == 302
    again = signed_in(partner).post(room, {"do": "ask", "message": WHY}, follow=True)
    assert "has asked this artist" in again.content.decode()

    asked = Introduction.objects.get()
    artist, page = artist_of(winner), reverse("introduction", args=[asked.code])
    assert [mail.to for mail in mails("introduction_asked")] == [artist.user and artist.user.email]
    assert WHY in mails("introduction_asked")[0].text and page in mails("introduction_asked")[0].html
    for stranger in (partner, make_person(), make_role(season, Role.ORGANIZER)):
        assert signed_in(stranger).get(page).status_code == 404
    assert WHY in signed_in(artist).get(page).content.decode()
    assert page in signed_in(artist).get(reverse("me")).content.decode()

    # A second round has the entry, so its result is not public: agreed, but nobody learns an address.
    place = make_entry(second, winner)
    signed_in(artist).post(page, {"answer": "accept"})
    asked.refresh_from_db()
    assert (asked.state, asked.answered_by, asked.introduced_at) == ("accepted", artist, None)
    assert artist.user and partner.user
    assert artist.user.email.encode() not in signed_in(partner).get(room).content
    assert partner.user.email.encode() not in signed_in(artist).get(page).content
    assert introductions.make(asked) is False and not mails("introduction_made")
    assert len(mails("introduction_answered")) == 1

    advance(second, "announced")
    make_introductions()
    assert [row.key for row in WorkRow.objects.filter(kind="introduction.make")] == [str(asked.pk)]
    assert introductions.make(asked) is True and introductions.make(asked) is False
    assert {(m.to, m.text.count("@") > 0) for m in mails("introduction_made")} == {
        (artist.user.email, True), (partner.user.email, True),
    }  # fmt: skip
    assert artist.user.email.encode() in signed_in(partner).get(room).content
    assert partner.user.email.encode() in signed_in(artist).get(page).content

    signed_in(artist).post(page, {"answer": "take-back"})
    assert artist.user.email.encode() not in signed_in(partner).get(room).content
    told = (
        Event.objects.filter(verb__startswith="introduction.").order_by("pk").values_list("verb", flat=True)
    )
    assert [verb.removeprefix("introduction.") for verb in told] == [
        "asked",
        "answered",
        "made",
        "taken_back",
    ]

    # Whose round is over is introduced at once; who declines tells nothing.
    services.ask(desks_of(partner)[0], out, message=WHY)
    services.answer(Introduction.objects.get(artist=out.artist), accepts=True, by=artist_of(out))
    assert Introduction.objects.get(artist=out.artist).introduced_at is not None
    assert place.round == second


def test_answers_are_final_and_questions_have_a_measure(
    season: Season, label: Organisation, partner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(season)
    desk = desks_of(partner)[0]
    monkeypatch.setattr(services, "MOST_WAITING", 1)
    first, second = heard(season), heard(season)
    asked = services.ask(desk, first, message=WHY)
    with pytest.raises(IntroductionRefused, match="not answered you yet"):
        services.ask(desk, second, message=WHY)
    with pytest.raises(InvalidInput):
        services.ask(desk, second, message="x" * 2001)
    services.answer(asked, accepts=False, by=artist_of(first))
    too_late: list[Callable[[], object]] = [
        lambda: services.answer(asked, accepts=True, by=artist_of(first)),
        lambda: services.withdraw(asked, by=partner),
        lambda: services.take_back(asked, by=artist_of(first)),
    ]
    for late in too_late:
        with pytest.raises(IntroductionRefused):
            late()
    gone = services.ask(desk, second, message=WHY)
    services.withdraw(gone, by=partner)
    assert signed_in(artist_of(second)).get(reverse("introduction", args=[gone.code])).status_code == 404
    with pytest.raises(IntroductionRefused, match="own artist"):
        mine = heard(season)
        mine.artist.members.update(person=partner)
        services.ask(desk, mine, message=WHY)


def test_for_the_young_the_guardian_is_told_and_reached(season: Season, partner: Person) -> None:
    ranked = played(season)
    opened(season)
    song = ranked[3].submission
    Guardian.objects.create(submission=song, state="consented", name="Aki", email="aki@example.test")
    asked = services.ask(desks_of(partner)[0], song, message=WHY)
    assert [mail.to for mail in mails("introduction_guardian")] == ["aki@example.test"]
    services.answer(asked, accepts=True, by=artist_of(song))
    asked.refresh_from_db()
    contact = scouting.contact_of_artist(asked)
    assert contact == scouting.Contact("Aki", "aki@example.test", is_guardian=True)
    user = artist_of(song).user
    assert user and user.email not in "".join(mail.text for mail in mails("introduction_made"))


def test_judges_are_kept_from_whom_their_employer_wants_or_signed(
    season: Season, label: Organisation, partner: Person
) -> None:
    round = make_round(season)
    opened(season)
    seat, free = make_seat(round), make_seat(round)
    wanted, signed, other = (make_entry(round, heard(season)) for _ in range(3))
    organizer = make_role(season, Role.ORGANIZER)
    employed = Membership.objects.get(pk=seat.membership_id)
    client = signed_in(organizer)
    page = reverse("employer", args=[season.slug, employed.person.code, "judge"])
    assert client.post(page, {"organisation": label.pk}).status_code == 302
    services.ask(desks_of(partner)[0], wanted.submission, message=WHY)
    reviewer = signed_in(make_role(season, Role.CLEARANCE))
    reviewer.post(reverse("clearance_label", args=[signed.submission.code]), {"organisation": label.pk})
    signed.submission.artist.refresh_from_db()
    assert signed.submission.artist.organisation == label
    pairs = panel.conflicted_pairs(round, [seat, free], [wanted, signed, other])
    assert pairs == {(seat.pk, wanted.pk), (seat.pk, signed.pk)}
    artists.set_organisation(signed.submission.artist, None, season=season, by=organizer)
    services.withdraw(Introduction.objects.get(), by=partner)
    assert panel.conflicted_pairs(round, [seat, free], [wanted, signed, other]) == set()


def test_a_partner_is_invited_for_an_organization(season: Season, label: Organisation) -> None:
    opened(season)
    organizer = make_role(season, Role.ORGANIZER)
    other = Organisation.objects.create(name="Nobody here")
    client, page = signed_in(organizer), reverse("people", args=[season.slug])
    offer = {"email": "a@example.test", "role": "partner", "language": "en"}
    assert client.post(page, offer).status_code == 422
    assert client.post(page, {**offer, "organisation": other.pk}).status_code == 422
    assert client.post(page, {**offer, "organisation": label.pk}).status_code == 302
    assert b"Lantern Row" in client.get(page).content
    link = next(word for word in mails("invitation")[0].text.split() if "/invitations/" in word)
    person = make_person()
    taken = signed_in(person).post("/" + link.split("/", 3)[3])
    assert taken.headers["Location"] == "/partners/"
    assert [desk.organisation for desk in desks_of(person)] == [label]
    member = person.memberships.get()
    with pytest.raises(InvalidInput):
        roles.set_employer(member, other, by=organizer)
