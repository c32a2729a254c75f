"""Entering: windows by the database's clock, quota, drafts without loss, completeness, what returns to clearance."""

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from judging.jobs import rounds
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Season, Submission, Track
from submissions.queries.completeness import gaps
from submissions.queries.entries import may_change, may_withdraw, places_left
from submissions.services import clearance
from submissions.services.entries import (
    ChangedElsewhere,
    Changes,
    CreditLine,
    EntriesClosed,
    EntryFixed,
    IncompleteEntry,
    JudgingBegan,
    QuotaReached,
    begin_entry,
    save_entry,
    submit,
    withdraw,
)
from submissions.services.uploads import set_audio
from tests.making import advance, make_entry, make_person, make_role, make_round, open_for_good, stop_clock
from tests.racing import commits_late, race, until, waiting  # noqa: F401  (a fixture)
from tests.submissions.portal import (
    DAY,
    fill,
    make_draft,
    make_open_season,
    make_own_artist,
    make_sent,
    member,
    pretend_audio,
)

pytestmark = pytest.mark.django_db
State = Submission.State
MICROSECOND = datetime.timedelta(microseconds=1)


def close(season: Season) -> datetime.datetime:
    assert season.entries_close_at
    return season.entries_close_at


def test_a_complete_entry_is_sent_and_acknowledged() -> None:
    sent = make_sent()
    assert sent.state == State.SUBMITTED
    assert sent.submitted_at
    assert Mail.objects.filter(template="entry_received", person=member(sent.artist)).count() == 1
    assert Event.objects.filter(verb="entry.submitted", subject=f"submission:{sent.code}").count() == 1


def test_sending_twice_is_sending_once() -> None:
    sent = make_sent()
    again = submit(sent, by=member(sent.artist))
    assert again.submitted_at == sent.submitted_at
    assert Mail.objects.filter(template="entry_received").count() == 1


def test_everything_that_is_missing_is_said_at_its_field() -> None:
    draft = make_draft()
    with pytest.raises(IncompleteEntry) as refused:
        submit(draft, by=member(draft.artist))
    assert [(gap.step, gap.field) for gap in refused.value.gaps] == [
        ("track", "audio"), ("track", "title"), ("track", "genre"), ("track", "language"),
        ("rights", "credit-0-name"), ("rights", "ai_use"), ("rights", "is_original"), ("rights", "has_rights"),
        ("eligibility", "question-1"), ("eligibility", "question-2"), ("eligibility", "terms"),
    ]  # fmt: skip


def test_shares_of_the_composition_make_a_whole_and_other_parts_do_not_count() -> None:
    draft = fill(make_draft())
    by = member(draft.artist)
    lines = [
        CreditLine("A", "composer", 3333),
        CreditLine("B", "lyricist", 3333),
        CreditLine("C", "mixer", 3334),
    ]
    save_entry(draft, Changes("rights", credits=lines), by=by)
    messages = [gap.message for gap in gaps(draft) if gap.step == "rights"]
    assert messages == ["Shares of the composition add up to 66.66%. Bring them to 100%."]


def test_a_no_where_only_yes_is_eligible_is_said_and_elsewhere_it_is_fine() -> None:
    draft = fill(make_draft())
    first, second = draft.season.questions.all()
    save_entry(
        draft, Changes("eligibility", answers={first.pk: False, second.pk: False}), by=member(draft.artist)
    )
    assert [gap.field for gap in gaps(draft) if gap.step == "eligibility"] == ["question-1"]


def test_the_last_moment_counts_and_the_deadline_does_not() -> None:
    season = make_open_season(quota=3)
    artist = make_own_artist()
    early, late = (fill(make_draft(season, artist)) for _ in range(2))
    for draft in (early, late):
        pretend_audio(draft)
    stop_clock(close(season) - MICROSECOND)
    assert submit(early, by=member(artist)).state == State.SUBMITTED
    stop_clock(close(season))
    with pytest.raises(EntriesClosed):
        submit(late, by=member(artist))
    with pytest.raises(EntriesClosed):
        save_entry(early, Changes("track", track={"title": "Too late"}), by=member(artist))
    with pytest.raises(EntriesClosed):
        begin_entry(season, artist, by=member(artist))


def test_nothing_is_entered_before_the_season_opens() -> None:
    season = make_open_season()
    Season.objects.filter(pk=season.pk).update(state=Season.State.PLANNED)
    with pytest.raises(EntriesClosed):
        begin_entry(season, make_own_artist(), by=make_person())


def test_drafts_count_to_the_quota_and_withdrawn_entries_do_not() -> None:
    season, artist = make_open_season(quota=1), make_own_artist()
    draft = make_draft(season, artist)
    with pytest.raises(QuotaReached):
        make_draft(season, artist)
    withdraw(draft, by=member(artist))
    assert places_left(season, artist) == 1
    make_draft(season, artist)


def test_a_save_from_an_older_window_is_refused() -> None:
    draft = make_draft()
    by = member(draft.artist)
    saved = save_entry(draft, Changes("track", track={"title": "One"}), by=by, version=0)
    assert saved.version == 1
    with pytest.raises(ChangedElsewhere):
        save_entry(draft, Changes("track", track={"title": "Two"}), by=by, version=0)
    draft.track.refresh_from_db()
    assert draft.track.title == "One"


def test_what_was_sent_stays_complete() -> None:
    sent = make_sent()
    with pytest.raises(IncompleteEntry):
        save_entry(sent, Changes("track", track={"title": ""}), by=member(sent.artist))
    sent.track.refresh_from_db()
    assert sent.track.title == "潮どけい"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        (Changes("track", track={"title": "New words"}), State.CLEARED),
        (Changes("track", track={"lyrics": "la"}), State.CLEARED),
        (Changes("rights", track={"licence": "none"}), State.CLEARED),
        (Changes("rights", credits=[CreditLine("Somebody else", "composer", 10_000)]), State.SUBMITTED),
        (Changes("rights", track={"ai_use": "full", "ai_note": "vocals"}), State.SUBMITTED),
        (Changes("track", track={"isrc": "JPA122600001"}), State.SUBMITTED),
    ],
)
def test_a_changed_declaration_of_a_cleared_entry_goes_back_to_the_queue(
    changes: Changes, state: str
) -> None:
    sent = make_sent()
    clearance.clear(sent, by=make_role(sent.season, "clearance"))
    save_entry(sent, changes, by=member(sent.artist))
    sent.refresh_from_db()
    track = Track.objects.get(pk=sent.track_id)
    assert sent.state == state
    assert (track.released_at is not None) == (state == State.CLEARED)


def test_other_audio_of_a_cleared_entry_can_not_be_heard_before_it_is_cleared() -> None:
    sent = make_sent()
    clearance.clear(sent, by=make_role(sent.season, "clearance"))
    original = Track.objects.get(pk=sent.track_id).original
    assert original
    set_audio(sent, original, by=member(sent.artist))
    sent.refresh_from_db()
    assert sent.state == State.SUBMITTED
    assert Track.objects.get(pk=sent.track_id).released_at is None


def test_asked_changes_can_be_made_after_the_deadline_until_clearing_ends() -> None:
    sent = make_sent()
    clearance.ask_changes(sent, by=make_role(sent.season, "clearance"), reasons=["credits"])
    clock.move_to(close(sent.season) + DAY)
    first_sent_at = sent.submitted_at
    save_entry(sent, Changes("track", track={"title": "Better"}), by=member(sent.artist))
    again = submit(sent, by=member(sent.artist))
    assert again.state == State.SUBMITTED
    assert again.submitted_at == first_sent_at
    clock.move_to(sent.season.clearing_ends_at)
    assert not may_change(again, clock.now())


def test_an_entry_can_be_taken_back_until_its_round_opens() -> None:
    sent = make_sent()
    clearance.clear(sent, by=make_role(sent.season, "clearance"))
    first = make_round(sent.season)
    make_entry(first, sent)
    sent.refresh_from_db()
    assert may_withdraw(sent)
    advance(first, "open")
    assert not may_withdraw(sent)
    with pytest.raises(JudgingBegan):
        withdraw(sent, by=member(sent.artist))


def test_a_withdrawn_track_leaves_the_playlist_and_can_not_be_changed() -> None:
    sent = make_sent()
    clearance.clear(sent, by=make_role(sent.season, "clearance"))
    withdraw(sent, by=member(sent.artist))
    assert Track.objects.get(pk=sent.track_id).hidden_at is not None
    with pytest.raises(EntryFixed):
        save_entry(sent, Changes("track", track={"title": "Back"}), by=member(sent.artist))
    assert Mail.objects.filter(template="entry_withdrawn").count() == 1


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft() -> Submission:
    return make_draft()


@pytest.fixture
def artist_client(draft: Submission, client: Client) -> Client:
    user = member(draft.artist).user
    assert user
    client.force_login(user)
    return client


def autosave(client: Client, draft: Submission, step: str, **data: str) -> dict[str, object]:
    answer = client.post(f"/submit/{draft.code}/{step}/", data, headers={"accept": "application/json"})
    return {"status": answer.status_code, **answer.json()}


def test_autosave_stores_what_can_be_read_and_keeps_the_rest_as_typed(
    artist_client: Client, draft: Submission
) -> None:
    answer = autosave(artist_client, draft, "track", title="Half", isrc="nonsense", version="0")
    assert answer["status"] == 200
    assert answer["version"] == 1
    assert list(answer["errors"]) == ["isrc"]  # type: ignore[call-overload]
    page = artist_client.get(f"/submit/{draft.code}/track/").content.decode()
    assert 'value="Half"' in page
    assert 'value="nonsense"' in page
    assert ("track", "isrc") in [(gap.step, gap.field) for gap in gaps(Submission.objects.get())]
    autosave(artist_client, draft, "track", title="Half", isrc="JP-A12-26-00001", version="1")
    kept = Submission.objects.select_related("track").get()
    assert kept.track.isrc == "JPA122600001"
    assert kept.unread["track"] == {}


def test_a_half_written_credit_is_not_lost(artist_client: Client, draft: Submission) -> None:
    data = {"credit-0-name": "Yo", "credit-0-part": "composer", "credit-0-share": "fifty"}
    answer = autosave(artist_client, draft, "rights", **data)
    assert list(answer["errors"]) == ["credit-0-share"]  # type: ignore[call-overload]
    page = artist_client.get(f"/submit/{draft.code}/rights/").content.decode()
    assert 'value="fifty"' in page
    assert 'value="Yo"' in page


def test_an_older_window_is_told(artist_client: Client, draft: Submission) -> None:
    autosave(artist_client, draft, "track", title="One", version="0")
    answer = autosave(artist_client, draft, "track", title="Two", version="0")
    assert answer["status"] == 409


def test_a_window_left_open_is_told_that_the_entry_was_sent(client: Client) -> None:
    sent = make_sent()
    user = member(sent.artist).user
    assert user
    client.force_login(user)
    assert autosave(client, sent, "track", title="Late")["status"] == 409
    sent.track.refresh_from_db()
    assert sent.track.title == "潮どけい"


def test_more_lines_for_credits_keep_what_is_there(artist_client: Client, draft: Submission) -> None:
    data = {f"credit-{n}-name": name for n, name in enumerate(["Yo", "", "Rin"])}
    answer = artist_client.post(f"/submit/{draft.code}/rights/", {**data, "more": "1"})
    page = artist_client.get(answer["Location"]).content.decode()
    assert page.count('-share"') >= 4
    assert [credit.name for credit in draft.track.credits.all()] == ["Yo", "Rin"]


@pytest.mark.parametrize(
    "bad",
    [
        {"credit-99999-name": "x"},
        {"credit-x-name": "x"},
        {"version": "9" * 40},
        {"ai_use": "maybe"},
        {"licence": "\x00"},
    ],
)
def test_bad_input_is_never_an_error_of_the_server(
    artist_client: Client, draft: Submission, bad: dict[str, str]
) -> None:
    assert autosave(artist_client, draft, "rights", **bad)["status"] in (200, 400, 409)


def test_others_see_nothing_of_an_entry(draft: Submission, client: Client) -> None:
    other = make_person().user
    assert other
    paths = [
        f"/submit/{draft.code}/{tail}"
        for tail in ("", "track/", "rights/", "eligibility/", "review/", "sent/", "withdraw/", "audio/")
    ]
    paths.append(f"/submit/artist/{draft.artist.slug}/")
    assert {client.get(path).status_code for path in paths} == {302}
    client.force_login(other)
    assert {client.get(path).status_code for path in paths} == {404}
    assert client.post(f"/submit/{draft.code}/upload/", {"name": "a", "size": 3}).status_code == 404


def test_the_dashboard_costs_the_same_for_one_entry_and_for_three(client: Client) -> None:
    season, artist = make_open_season(quota=5), make_own_artist()
    make_round(season)
    user = member(artist).user
    assert user
    client.force_login(user)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_draft(season, artist)
        client.get("/me/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/me/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("commits_late")
def test_two_drafts_begun_at_once_do_not_break_the_quota() -> None:
    season, artist = make_open_season(quota=1), make_own_artist()
    by = member(artist)
    outcomes: list[str] = []

    def begin() -> None:
        try:
            begin_entry(season, artist, by=by)
            outcomes.append("begun")
        except QuotaReached:
            outcomes.append("refused")

    race(*[begin] * 4)
    assert sorted(outcomes) == ["begun", "refused", "refused", "refused"]


@pytest.mark.django_db(transaction=True)
def test_a_round_that_opens_while_an_entry_is_withdrawn_opens_without_it() -> None:
    season = make_open_season()
    first = make_round(season, panel_weight=0, popularity_weight=1)
    open_for_good(season)
    kept, leaving = make_sent(season), make_sent(season)
    for sent in (kept, leaving):
        clearance.clear(sent, by=make_role(season, "clearance"))

    def start() -> None:
        try:
            rounds.start(first, by=None)
        finally:
            connection.close()

    with transaction.atomic():
        withdraw(leaving, by=member(leaving.artist))
        thread = threading.Thread(target=start)
        thread.start()
        until(lambda: waiting() > 0 or not thread.is_alive())
        assert thread.is_alive(), "the round waits for the withdrawal"
    thread.join()
    assert [entry.submission for entry in first.entries.all()] == [kept]
    with pytest.raises(JudgingBegan):
        withdraw(kept, by=member(kept.artist))
    assert not may_change(Submission.objects.get(pk=kept.pk), clock.now())
