"""Clearance: one reviewer an entry, decisions with their effects and mails, what may happen afterwards."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Artist, ClearanceClaim, ClearanceDecision, Report, Submission, Track, Use
from submissions.queries.clearance import clearance_queue, likenesses, seen_mark
from submissions.services import clearance as desk
from submissions.services.entries import Changes, save_entry
from submissions.services.reports import AlreadyDecided, accept_use, dismiss_report, refuse_use, uphold_report
from tests.making import make_person, make_role
from tests.racing import commits_late, race  # noqa: F401  (a fixture)
from tests.submissions.portal import make_draft, make_open_season, make_own_artist, make_sent, member

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def sent() -> Submission:
    return make_sent()


@pytest.fixture
def reviewer(sent: Submission) -> Person:
    return make_role(sent.season, "clearance")


def desk_of(person: Person) -> Client:
    client = Client()
    assert person.user
    client.force_login(person.user)
    return client


def track_of(submission: Submission) -> Track:
    return Track.objects.get(pk=submission.track_id)


# ---- decisions -------------------------------------------------------------------------------------------------------


def test_clearing_verifies_the_artist_releases_the_track_and_writes_to_the_artist(
    sent: Submission, reviewer: Person
) -> None:
    decision = desk.clear(sent, by=reviewer, note="Lovely.")
    sent.refresh_from_db()
    artist = Artist.objects.get(pk=sent.artist_id)
    assert (sent.state, artist.is_public, artist.is_verified) == (State.CLEARED, True, True)
    assert track_of(sent).released_at is not None
    mail = Mail.objects.get(template="clearance_cleared")
    assert (mail.person, mail.language) == (member(artist), "ja")
    assert "Lovely." in mail.text
    assert decision.by == reviewer
    assert Event.objects.get(verb="clearance.cleared").actor == reviewer


@pytest.mark.parametrize(
    ("decide", "state"), [(desk.ask_changes, State.CHANGES), (desk.refuse, State.REFUSED)]
)
def test_changes_and_refusals_have_reasons_that_the_artist_reads(
    decide: Any, state: str, sent: Submission, reviewer: Person
) -> None:
    with pytest.raises(InvalidInput):
        decide(sent, by=reviewer, reasons=[])
    with pytest.raises(InvalidInput):
        decide(sent, by=reviewer, reasons=["other"])
    decide(sent, by=reviewer, reasons=["credits", "other"], note="Who is Rin?")
    sent.refresh_from_db()
    assert sent.state == state
    assert track_of(sent).released_at is None
    text = Mail.objects.order_by("-pk")[0].text
    assert "Who is Rin?" in text
    assert "•" in text


def test_nothing_is_decided_twice(sent: Submission, reviewer: Person) -> None:
    desk.clear(sent, by=reviewer)
    with pytest.raises(desk.NotWaiting):
        desk.refuse(sent, by=reviewer, reasons=["rights"])
    assert ClearanceDecision.objects.count() == 1


def test_a_reviewer_decides_on_what_they_saw(sent: Submission, reviewer: Person) -> None:
    seen = seen_mark(Submission.objects.get(pk=sent.pk))
    save_entry(sent, Changes("track", track={"title": "Another name"}), by=member(sent.artist))
    with pytest.raises(desk.ChangedMeanwhile):
        desk.clear(sent, by=reviewer, seen=seen)
    desk.clear(sent, by=reviewer, seen=seen_mark(Submission.objects.get(pk=sent.pk)))


def test_nobody_decides_on_an_artist_of_their_own(sent: Submission) -> None:
    own = make_role(sent.season, "clearance", member(sent.artist))
    decisions: list[Callable[[], object]] = [
        lambda: desk.clear(sent, by=own),
        lambda: desk.refuse(sent, by=own, reasons=["rights"]),
    ]
    for decide in decisions:
        with pytest.raises(desk.OwnEntry):
            decide()
    assert desk.claim_next(clearance_queue(own.user), by=own) is None


def test_audio_that_was_not_accepted_can_not_be_cleared(sent: Submission, reviewer: Person) -> None:
    Track.objects.update(audio=Track.Audio.REFUSED)
    with pytest.raises(desk.AudioNotReady):
        desk.clear(sent, by=reviewer)
    desk.ask_changes(sent, by=reviewer, reasons=["audio"])


def test_clearing_ends_by_the_databases_clock(sent: Submission, reviewer: Person) -> None:
    clock.move_to(sent.season.clearing_ends_at)
    with pytest.raises(desk.ClearingEnded):
        desk.clear(sent, by=reviewer)


# ---- afterwards ------------------------------------------------------------------------------------------------------


def test_a_contested_track_is_taken_down_and_put_back_as_it_was(sent: Submission, reviewer: Person) -> None:
    desk.clear(sent, by=reviewer)
    released_at = track_of(sent).released_at
    desk.contest(sent, by=reviewer, note="A label wrote to us.")
    sent.refresh_from_db()
    assert (sent.is_contested, sent.state) == (True, State.CLEARED)
    hidden_at = track_of(sent).hidden_at
    assert hidden_at
    with pytest.raises(desk.NotWaiting):
        desk.contest(sent, by=reviewer, note="Another label wrote.")
    assert track_of(sent).hidden_at == hidden_at
    desk.reinstate(sent, by=reviewer, note="It was a mistake.")
    sent.refresh_from_db()
    track = track_of(sent)
    assert (sent.is_contested, track.hidden_at, track.released_at) == (False, None, released_at)
    with pytest.raises(desk.NotWaiting):
        desk.reinstate(sent, by=reviewer, note="Once more.")
    outcomes = sent.decisions.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["cleared", "contested", "reinstated"]


def test_the_badge_is_taken_back_with_a_reason_and_given_again_by_clearing(
    sent: Submission, reviewer: Person
) -> None:
    desk.clear(sent, by=reviewer)
    with pytest.raises(InvalidInput):
        desk.revoke_badge(sent, by=reviewer, note=" ")
    desk.revoke_badge(sent, by=reviewer, note="Not the person they said.")
    artist = Artist.objects.get(pk=sent.artist_id)
    assert (artist.is_verified, artist.unverified_reason) == (False, "Not the person they said.")
    assert "Not the person they said." in Mail.objects.get(template="clearance_revoked").text
    another = make_sent(sent.season, artist)
    desk.clear(another, by=reviewer)
    artist.refresh_from_db()
    assert (artist.is_verified, artist.unverified_reason) == (True, "")


def test_a_disqualified_entry_is_out_for_good(sent: Submission, reviewer: Person) -> None:
    desk.clear(sent, by=reviewer)
    desk.disqualify(sent, by=reviewer, note="Bought plays.")
    sent.refresh_from_db()
    assert sent.state == State.DISQUALIFIED
    assert track_of(sent).hidden_at
    with pytest.raises(desk.NotWaiting):
        desk.reinstate(sent, by=reviewer, note="Please")


# ---- claims ----------------------------------------------------------------------------------------------------------


def queue_of(person: Person) -> QuerySet[Submission]:
    assert person.user
    return clearance_queue(person.user)


def test_the_oldest_free_entry_is_given_and_an_older_claim_given_back() -> None:
    season = make_open_season()
    first, second = (make_sent(season) for _ in range(2))
    one, two = (make_role(season, "clearance") for _ in range(2))
    assert desk.claim_next(queue_of(one), by=one) == first
    assert desk.claim_next(queue_of(two), by=two) == second
    assert desk.claim_next(queue_of(one), by=one) == first
    with pytest.raises(desk.ClaimedElsewhere):
        desk.claim(second, by=one)
    with pytest.raises(desk.ClaimedElsewhere):
        desk.clear(second, by=one)
    clock.move_by(desk.CLAIM)
    assert desk.claim(second, by=one)
    assert ClearanceClaim.objects.filter(person=one).count() == 1


def test_entries_whose_audio_is_still_checked_wait() -> None:
    sent = make_sent()
    Track.objects.update(audio=Track.Audio.CHECKING)
    reviewer = make_role(sent.season, "clearance")
    assert desk.claim_next(queue_of(reviewer), by=reviewer) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("commits_late")
def test_reviewers_who_ask_at_once_are_given_different_entries() -> None:
    season = make_open_season()
    entries = {make_sent(season).pk for _ in range(4)}
    reviewers = [make_role(season, "clearance") for _ in range(4)]
    given: list[int | None] = []

    def take(person: Person) -> None:
        found = desk.claim_next(queue_of(person), by=person)
        given.append(found.pk if found else None)

    race(*(partial(take, person) for person in reviewers))
    assert sorted(given) == sorted(entries)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("commits_late")
def test_two_decisions_at_once_make_one() -> None:
    sent = make_sent()
    reviewers = [make_role(sent.season, "clearance") for _ in range(3)]
    outcomes: list[str] = []

    def decide(person: Person) -> None:
        try:
            desk.clear(sent, by=person)
            outcomes.append("cleared")
        except desk.NotWaiting:
            outcomes.append("refused")

    race(*(partial(decide, person) for person in reviewers))
    assert sorted(outcomes) == ["cleared", "refused", "refused"]
    assert Mail.objects.filter(template="clearance_cleared").count() == 1


# ---- what looks alike, reports, uses ---------------------------------------------------------------------------------


def test_the_same_file_and_the_same_isrc_are_flagged() -> None:
    season = make_open_season()
    one, two, three = (make_sent(season, isrc=code) for code in ("JPA122600001", "JPA122600001", ""))
    Track.objects.filter(pk=three.track_id).update(original=track_of(one).original)
    one = Submission.objects.select_related("track__original").get(pk=one.pk)
    assert [(other.submission, other.same_file, other.same_isrc) for other in likenesses(one)] == [
        (three, True, False),
        (two, False, True),
    ]


def test_an_upheld_report_contests_the_entry(sent: Submission, reviewer: Person) -> None:
    desk.clear(sent, by=reviewer)
    report = Report.objects.create(track=sent.track, reason="rights", at=clock.now())
    with pytest.raises(InvalidInput):
        uphold_report(report, by=reviewer, note="")
    uphold_report(report, by=reviewer, note="It is their melody.")
    sent.refresh_from_db()
    assert sent.is_contested
    with pytest.raises(AlreadyDecided):
        dismiss_report(report, by=reviewer)
    assert Event.objects.get(verb="report.upheld").season == sent.season.slug


def test_uses_are_accepted_or_refused_once(sent: Submission, reviewer: Person) -> None:
    fan = make_person()
    uses = [
        Use.objects.create(
            season=sent.season, track=sent.track, person=fan, url=f"https://video.example/{n}", at=clock.now()
        )
        for n in range(2)
    ]
    with pytest.raises(desk.OwnEntry):
        accept_use(uses[0], by=sent.artist.members.get().person)
    accept_use(uses[0], by=reviewer)
    refuse_use(uses[1], by=reviewer)
    assert sorted(Use.objects.values_list("state", flat=True)) == ["accepted", "refused"]
    with pytest.raises(AlreadyDecided):
        refuse_use(uses[0], by=reviewer)


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_only_clearance_and_organizers_have_a_desk(sent: Submission) -> None:
    paths = [
        "/admin/clearance/",
        f"/admin/clearance/{sent.code}/",
        "/admin/clearance/reports/",
        "/admin/clearance/uses/",
    ]
    for role, status in [
        ("clearance", 200),
        ("organizer", 200),
        ("judge", 404),
        ("chair", 404),
        ("editor", 404),
    ]:
        client = desk_of(make_role(sent.season, role))
        assert {client.get(path).status_code for path in paths} == {status}, role
    assert {desk_of(make_person()).get(path).status_code for path in paths} == {404}
    assert {Client().get(path).status_code for path in paths} == {302}


def test_drafts_and_other_seasons_are_unknown(sent: Submission, reviewer: Person) -> None:
    client = desk_of(reviewer)
    for other in (make_draft(sent.season, make_own_artist()), make_sent()):
        assert client.get(f"/admin/clearance/{other.code}/").status_code == 404
        assert (
            client.post(f"/admin/clearance/{other.code}/", {"outcome": "cleared", "seen": "x"}).status_code
            == 404
        )


def test_the_desk_decides_and_loads_the_next_one(reviewer: Person, sent: Submission) -> None:
    second = make_sent(sent.season)
    client = desk_of(reviewer)
    page = client.get(f"/admin/clearance/{sent.code}/")
    assert ClearanceClaim.objects.get().person == reviewer
    seen = page.context["seen"]
    unsure = client.post(
        f"/admin/clearance/{sent.code}/", {"outcome": "refused", "seen": seen, "reasons": ["rights"]}
    )
    assert unsure.status_code == 400
    assert Submission.objects.get(pk=sent.pk).state == State.SUBMITTED
    sure = client.post(
        f"/admin/clearance/{sent.code}/",
        {"outcome": "refused", "seen": seen, "reasons": ["rights"], "sure": "on"},
    )
    assert sure["Location"] == f"/admin/clearance/{second.code}/"
    page = client.get(sure["Location"])
    last = client.post(
        f"/admin/clearance/{second.code}/", {"outcome": "cleared", "seen": page.context["seen"]}
    )
    assert last["Location"] == "/admin/clearance/"
    states = Submission.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.REFUSED, State.CLEARED]


def test_an_entry_at_another_desk_is_shown_but_not_decided(sent: Submission, reviewer: Person) -> None:
    other = make_role(sent.season, "clearance")
    desk.claim(sent, by=other)
    page = desk_of(reviewer).get(f"/admin/clearance/{sent.code}/")
    assert str(other) in page.content.decode()
    assert not page.context["can_decide"]
    clock.move_by(datetime.timedelta(minutes=16))
    assert desk.claim(sent, by=reviewer).person == reviewer, "whoever went away keeps it for 15 minutes"


def test_leaving_gives_the_entry_back(sent: Submission, reviewer: Person) -> None:
    client = desk_of(reviewer)
    client.get(f"/admin/clearance/{sent.code}/")
    client.post(f"/admin/clearance/{sent.code}/claim/", {"release": "1"})
    assert not ClearanceClaim.objects.exists()
    client.get(f"/admin/clearance/{sent.code}/")
    client.get("/admin/clearance/")
    assert not ClearanceClaim.objects.exists()


def test_the_queue_costs_the_same_for_one_entry_and_for_three(sent: Submission, reviewer: Person) -> None:
    client, counts = desk_of(reviewer), []
    for more in (0, 2):
        for _ in range(more):
            make_sent(sent.season)
        client.get("/admin/clearance/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/clearance/")
        counts.append(len(captured))
    assert counts[0] == counts[1]
