"""Appeals against refusals: once, in time, decided once by another person than who refused."""

import datetime
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from judging.queries import home
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.jobs.letters import in_zone
from submissions.models import Appeal, Submission
from submissions.queries.appeals import TIME_TO_APPEAL, refusal_of
from submissions.queries.clearance import clearance_queue
from submissions.services import appeals
from submissions.services import clearance as desk
from submissions.services.entries import QuotaReached, withdraw
from tests.making import make_person, make_role
from tests.racing import commits_late, race  # noqa: F401  (a fixture)
from tests.submissions.portal import make_draft, make_open_season, make_sent, member

pytestmark = pytest.mark.django_db
State = Submission.State
SECOND = datetime.timedelta(seconds=1)
TYPED = "We signed nothing, see <https://label.example>."
SHOWN = "We signed nothing, see &lt;https://label.example&gt;."


@pytest.fixture
def refused() -> Submission:
    sent = make_sent()
    desk.refuse(sent, by=make_role(sent.season, "clearance"), reasons=["rights"], note="A label holds it.")
    sent.refresh_from_db()
    return sent


@pytest.fixture
def first(refused: Submission) -> Person:
    return refused.decisions.get().by


@pytest.fixture
def second(refused: Submission) -> Person:
    return make_role(refused.season, "clearance")


def browser(person: Person) -> Client:
    client = Client()
    assert person.user
    client.force_login(person.user)
    return client


def appeal(refused: Submission, text: str = TYPED) -> Appeal:
    return appeals.appeal(refused, text=text, by=member(refused.artist))


def page(person: Person, address: str) -> str:
    return str(browser(person).get(address).content.decode())


# ---- what people do --------------------------------------------------------------------------------------------------


def test_an_appeal_is_sent_once_and_upheld_by_another_person_with_a_reason(
    refused: Submission, first: Person, second: Person
) -> None:
    artist = member(refused.artist)
    with pytest.raises(InvalidInput):
        appeal(refused, " ")
    made = appeal(refused)
    with pytest.raises(appeals.AppealRefused):
        appeal(refused)
    with pytest.raises(appeals.AnotherPerson):
        appeals.uphold(refused, by=first, reason="Still so.")
    with pytest.raises(desk.OwnEntry):
        appeals.reopen(refused, by=make_role(refused.season, "clearance", artist))
    with pytest.raises(InvalidInput):
        appeals.uphold(refused, by=second, reason=" ")
    answered = appeals.uphold(refused, by=second, reason="The contract names the label.")
    assert (answered, answered.state, answered.decided_by) == (made, "upheld", second)
    refused.refresh_from_db()
    assert refused.state == State.REFUSED
    for do in (appeals.uphold, appeals.reopen):
        with pytest.raises(appeals.AppealAnswered):
            do(refused, by=second, reason="Again.")
    with pytest.raises(appeals.AppealRefused):
        appeal(refused)
    told = Mail.objects.filter(template__startswith="appeal_", person=artist).order_by("pk")
    assert [(mail.template, mail.language) for mail in told] == [
        ("appeal_received", "ja"),
        ("appeal_answered", "ja"),
    ]
    assert TYPED in told[0].text
    assert "The contract names the label." in told[1].text
    log = Event.objects.filter(verb__startswith="appeal.").order_by("pk")
    assert [(event.verb, event.actor) for event in log] == [
        ("appeal.sent", artist),
        ("appeal.upheld", second),
    ]


def test_a_reopened_entry_waits_at_its_old_place_and_a_second_refusal_can_be_appealed_too(
    refused: Submission, first: Person, second: Person
) -> None:
    newer = make_sent(refused.season)
    appeal(refused)
    appeals.reopen(refused, by=second)
    assert second.user
    assert list(clearance_queue(second.user)) == [refused, newer]
    refused.refresh_from_db()
    assert (refused.state, refused.decided_at) == (State.SUBMITTED, None)
    assert Mail.objects.filter(template="appeal_answered").count() == 1
    speak_english(member(refused.artist))
    assert "Your appeal was accepted" in page(member(refused.artist), "/me/")
    with pytest.raises(appeals.AppealRefused):
        appeal(refused)
    desk.refuse(refused, by=second, reasons=["rights"])
    appeal(refused)
    appeals.reopen(refused, by=first)
    desk.clear(refused, by=second)
    refused.refresh_from_db()
    assert refused.state == State.CLEARED
    assert refusal_of(refused) is None


def test_the_database_knows_that_they_are_two(refused: Submission, first: Person, second: Person) -> None:
    made = appeal(refused)
    for values in ({"state": "upheld", "decided_by": first}, {"state": "upheld"}, {"decided_by": second}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(pk=made.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            decision=made.decision, refused_by=first, text="x", sent_by=first, sent_at=clock.now()
        )


@pytest.mark.parametrize("after_clearing", [False, True])
def test_it_is_possible_for_seven_days_and_not_longer_than_that_after_clearing(after_clearing: bool) -> None:
    sent = make_sent()
    clearing_ends = sent.season.clearing_ends_at
    assert clearing_ends
    reviewer = make_role(sent.season, "clearance")
    if after_clearing:
        clock.move_to(clearing_ends + datetime.timedelta(days=3))
    decision = desk.refuse(sent, by=reviewer, reasons=["rights"])
    ends = clearing_ends + TIME_TO_APPEAL if after_clearing else decision.at + TIME_TO_APPEAL
    sent.refresh_from_db()
    artist = member(sent.artist)
    speak_english(artist)
    clock.move_to(ends - SECOND)
    assert "Send the appeal" in page(artist, f"/submit/{sent.code}/review/")
    clock.move_to(ends)
    with pytest.raises(appeals.AppealRefused, match=in_zone(ends, sent.season)):
        appeal(sent)
    for address in ("/me/", f"/submit/{sent.code}/review/"):
        assert "It is too late to appeal" in page(artist, address)
    assert "Send the appeal" not in page(artist, f"/submit/{sent.code}/review/")
    answer = browser(artist).post(f"/submit/{sent.code}/appeal/", {"text": TYPED})
    assert (answer.status_code, SHOWN in answer.content.decode()) == (409, True)


def test_the_mail_of_a_refusal_says_until_when_if_there_is_time(refused: Submission, first: Person) -> None:
    other = make_sent(refused.season)
    clock.move_to(refused.season.clearing_ends_at + TIME_TO_APPEAL)
    desk.refuse(other, by=first, reasons=["rights"])
    ends = refused.decisions.get().at + TIME_TO_APPEAL
    in_time, late = Mail.objects.filter(template="clearance_refused").order_by("pk")
    with translation.override("ja"):
        assert in_zone(ends, refused.season) in in_time.text
    assert "JST" in in_time.text and "JST" not in late.text
    with pytest.raises(appeals.AppealRefused):
        appeal(other)


def test_what_was_entered_in_its_place_counts(second: Person) -> None:
    refused = make_sent(make_open_season(quota=1))
    desk.refuse(refused, by=make_role(refused.season, "clearance"), reasons=["rights"])
    reviewer = make_role(refused.season, "clearance")
    appeal(refused)
    instead = make_draft(refused.season, refused.artist)
    with pytest.raises(QuotaReached):
        appeals.reopen(refused, by=reviewer)
    assert "One of them has to be withdrawn first" in page(reviewer, f"/admin/clearance/{refused.code}/")
    withdraw(instead, by=member(refused.artist))
    appeals.reopen(refused, by=reviewer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("commits_late")
def test_two_decisions_at_once_make_one(refused: Submission) -> None:
    appeal(refused)
    outcomes: list[str] = []

    def decide(do: Any, person: Person) -> None:
        try:
            outcomes.append(do(refused, by=person, reason="So it is.").state)
        except appeals.AppealAnswered:
            outcomes.append("late")

    one, other = (make_role(refused.season, "clearance") for _ in range(2))
    race(partial(decide, appeals.uphold, one), partial(decide, appeals.reopen, other))
    assert outcomes.count("late") == 1
    assert Mail.objects.filter(template="appeal_answered").count() == 1
    assert Appeal.objects.get().state in outcomes


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_the_artist_appeals_on_the_page_of_the_entry(refused: Submission) -> None:
    artist, address = member(refused.artist), f"/submit/{refused.code}/appeal/"
    speak_english(artist)
    client = browser(artist)
    for shown in ("/me/", f"/submit/{refused.code}/review/"):
        assert "Appeal this decision" in page(artist, shown)
    assert client.get(address)["Location"] == f"/submit/{refused.code}/review/"
    for text, said in (("  ", "Say what the reviewer got wrong."), (TYPED + "x" * 4000, SHOWN)):
        answer = client.post(address, {"text": text})
        assert answer.status_code == 400
        assert said in answer.content.decode()
    sent = client.post(address, {"text": TYPED}, follow=True).content.decode()
    assert "Your appeal is sent" in sent
    for told in (sent, page(artist, "/me/")):
        assert "waits for a second reviewer" in told and SHOWN in told
        assert "Send the appeal" not in told and "Appeal this decision" not in told
    again = client.post(address, {"text": "And this."})
    assert again.status_code == 409
    assert "And this." in again.content.decode(), "what was typed is not lost"


def test_entries_of_others_and_entries_that_were_not_refused_take_no_appeal(refused: Submission) -> None:
    artist = member(refused.artist)
    assert browser(make_person()).post(f"/submit/{refused.code}/appeal/", {"text": TYPED}).status_code == 404
    cleared = make_sent(refused.season, refused.artist)
    desk.clear(cleared, by=make_role(refused.season, "clearance"))
    assert browser(artist).post(f"/submit/{cleared.code}/appeal/", {"text": TYPED}).status_code == 409
    assert not Appeal.objects.exists()


def test_the_desk_shows_appeals_first_and_another_person_decides(
    refused: Submission, first: Person, second: Person
) -> None:
    appeal(refused)
    queue, address = page(second, "/admin/clearance/"), f"/admin/clearance/{refused.code}/"
    assert queue.index("Appeals") < queue.index("Nothing waits")
    assert address in queue[: queue.index("Nothing waits")]
    shown = page(second, address)
    for part in (SHOWN, "A label holds it.", "Somebody else holds rights", "Uphold the refusal"):
        assert part in shown
    own = page(first, address)
    assert "Another reviewer decides" in own and str(second) in own and "Uphold the refusal" not in own
    assert browser(first).post(address, {"outcome": "reopened"}).status_code == 409
    for role in ("judge", "chair", "editor"):
        assert browser(make_role(refused.season, role)).get(address).status_code == 404
    client = browser(second)
    missing = client.post(address, {"outcome": "upheld", "reason": ""})
    assert missing.status_code == 400 and "Write why the refusal stands" in missing.content.decode()
    wrong = client.post(address, {"outcome": "both", "reason": TYPED})
    assert wrong.status_code == 400 and SHOWN in wrong.content.decode()
    assert client.post(address, {"outcome": "upheld", "reason": TYPED})["Location"] == "/admin/clearance/"
    assert client.post(address, {"outcome": "reopened"}).status_code == 409
    assert SHOWN in page(second, address)
    speak_english(member(refused.artist))
    assert SHOWN in page(member(refused.artist), "/me/")


def test_an_organizer_decides_where_only_one_reviewer_exists(refused: Submission, first: Person) -> None:
    address = f"/admin/clearance/{refused.code}/"
    appeal(refused)
    assert "there is nobody yet" in page(first, address)
    organizer = make_role(refused.season, "organizer")
    assert "an organizer decides on the appeal" in page(first, address)
    queues = {queue.name: queue for queue in home.queues(refused.season)}
    waiting = queues["Appeals against refusals"]
    assert (waiting.count, waiting.oldest) == (1, Appeal.objects.get().sent_at)
    assert browser(organizer).post(address, {"outcome": "reopened"}).status_code == 302
    refused.refresh_from_db()
    assert refused.state == State.SUBMITTED


def speak_english(person: Person) -> None:
    assert person.user
    person.user.language = "en"
    person.user.save()
