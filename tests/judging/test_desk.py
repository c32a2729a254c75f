"""The desk: drafts, filed sheets, stepping back, and what a judge never sees."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from judging.jobs.proof import commitment
from judging.models import Assignment, Conflict, Round, ScoreSheet, SheetVersion
from judging.services import desk, panel, rounds
from judging.services.desk import Draft
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, NotFound
from spotlight.ledger import files
from spotlight.ledger.models import Event, StoredFile
from submissions.models import Membership, Organisation, Role, Season, Track
from tests.judging.conftest import at, draft, file_all, judge_of
from tests.making import make_artist, make_person, make_role, make_round, make_submission, open_for_good

pytestmark = pytest.mark.django_db
CANARY = "Zanzibar Canary"


@pytest.fixture
def duty(open_round: Callable[..., Round]) -> Assignment:
    """An assignment of a blind, open round whose names are canaries."""
    made = open_round(is_blind=True)
    found = made.assignments.select_related(
        "round__season", "entry__submission__track", "seat__membership__person__user"
    ).first()
    assert found is not None
    track, artist = found.entry.submission.track, found.entry.submission.artist
    track.title, artist.name, artist.slug, artist.is_public = (
        f"{CANARY} song",
        f"{CANARY} band",
        "zanzibar-canary",
        True,
    )
    track.rendition = files.keep_bytes(
        b"\0" * 5000, kind=StoredFile.Kind.RENDITION, media_type="audio/mp4", name=f"{CANARY}.m4a"
    )
    track.peaks = bytes(range(200))
    track.save()
    artist.save()
    return found


@pytest.fixture
def judge(duty: Assignment, client: Client) -> Client:
    """The judge of that assignment, signed in."""
    client.force_login(judge_of(duty).user)
    return client


def url(duty: Assignment, more: str = "") -> str:
    return f"/admin/desk/{duty.round.code}/{duty.entry.alias}/{more}"


def sent(version: int = 0, **more: object) -> dict[str, object]:
    return {
        "version": version,
        "mark_song": 7,
        "mark_performance": 5,
        "note": "",
        "comment": "",
        "heard": "0-3000",
        **more,
    }


def test_a_draft_is_kept_with_half_points_and_does_not_count(duty: Assignment) -> None:
    sheet = desk.save_sheet(
        duty, Draft(marks={"song": Decimal("7.5")}, note="bridge"), version=0, by=judge_of(duty)
    )
    assert desk.marks_of(sheet) == {"song": "7.5"}
    assert (sheet.state, sheet.version, sheet.note) == ("draft", 1, "bridge")


def test_each_change_grows_the_version_and_a_stale_one_is_refused(duty: Assignment) -> None:
    by = judge_of(duty)
    desk.save_sheet(duty, draft(song=3), version=0, by=by)
    assert desk.save_sheet(duty, draft(song=4), version=1, by=by).version == 2
    with pytest.raises(desk.SheetConflict) as refusal:
        desk.save_sheet(duty, draft(song=9), version=1, by=by)
    assert desk.marks_of(refusal.value.sheet)["song"] == "4"


def test_a_repeated_save_is_not_a_conflict(duty: Assignment) -> None:
    by = judge_of(duty)
    desk.save_sheet(duty, draft(song=3), version=0, by=by)
    desk.save_sheet(duty, draft(song=4), version=1, by=by)
    again = desk.save_sheet(duty, draft(song=4, heard=[(0, 9000)]), version=1, by=by)
    assert (again.version, again.heard_ms) == (2, 9000)


def test_a_sheet_is_filed_only_whole(duty: Assignment) -> None:
    by = judge_of(duty)
    with pytest.raises(desk.SheetIncomplete) as refusal:
        desk.file_sheet(duty, Draft(marks={"song": Decimal(5)}), version=0, by=by)
    assert refusal.value.field == "mark_performance"
    assert not ScoreSheet.objects.exists()
    assert desk.file_sheet(duty, draft(), version=0, by=by).state == "filed"
    with pytest.raises(desk.SheetIncomplete):
        desk.save_sheet(duty, Draft(marks={"song": Decimal(5)}), version=1, by=by)


def test_a_filed_sheet_can_be_adjusted_until_the_round_locks(duty: Assignment, organizer: Person) -> None:
    by = judge_of(duty)
    desk.file_sheet(duty, draft(song=3), version=0, by=by)
    changed = desk.save_sheet(duty, draft(song=8), version=1, by=by)
    assert (changed.state, desk.marks_of(changed)["song"]) == ("filed", "8")
    at(duty.round, "locks_at")
    rounds.lock_round(duty.round, by=organizer)
    with pytest.raises(desk.RoundClosed, match="locked"):
        desk.save_sheet(duty, draft(song=9), version=2, by=by)


def test_in_the_discussion_both_versions_and_the_reason_are_kept(duty: Assignment, organizer: Person) -> None:
    by = judge_of(duty)
    desk.file_sheet(duty, draft(song=3), version=0, by=by)
    with pytest.raises(desk.RoundClosed):
        desk.revise_sheet(duty, draft(song=6), version=1, reason="heard again", by=by)
    at(duty.round, "locks_at")
    rounds.lock_round(duty.round, by=organizer)
    with pytest.raises(InvalidInput):
        desk.revise_sheet(duty, draft(song=6), version=1, reason=" ", by=by)
    sheet = desk.revise_sheet(duty, draft(song=6), version=1, reason="heard again", by=by)
    kept = SheetVersion.objects.get(sheet=sheet)
    assert (kept.marks["song"], kept.version, kept.reason) == ("3", 1, "heard again")
    assert (desk.marks_of(sheet)["song"], sheet.version) == ("6", 2)


def test_the_share_that_must_be_heard(open_round: Callable[..., Round]) -> None:
    made = open_round(heard_share=Decimal("0.60"))
    duty = made.assignments.first()
    assert duty is not None
    by = judge_of(duty)
    with pytest.raises(desk.NotHeardEnough, match="60 %"):
        desk.file_sheet(duty, draft(heard=[(0, 100_000)]), version=0, by=by)
    with pytest.raises(desk.NotHeardEnough, match="88 more seconds"):
        desk.file_sheet(duty, draft(heard=[(0, 10_000), (170_000, 180_000), (0, 10_000)]), version=0, by=by)
    kept = desk.save_sheet(
        duty, draft(heard=[(0, 60_000), (30_000, 90_000), (175_000, 999_999)]), version=0, by=by
    )
    assert (kept.heard, kept.heard_ms) == ([(0, 90_000), (175_000, 180_000)], 95_000)
    filed = desk.file_sheet(duty, draft(heard=[(100_000, 113_000)]), version=1, by=by)
    assert (filed.state, filed.version, filed.heard_ms) == ("filed", 1, 108_000), "what is heard adds up"


def test_a_recusal_refills_at_once_from_the_least_loaded(duty: Assignment) -> None:
    new = desk.recuse(duty, reason="My cousin sings", by=judge_of(duty))
    assert new is not None
    duty.refresh_from_db()
    assert (duty.state, duty.reason) == ("recused", "My cousin sings")
    assert new.entry_id == duty.entry_id and new.seat_id != duty.seat_id
    assert duty.entry.assignments.filter(state="open").count() == 2
    assert new.seat.assignments.filter(state="open").count() == 4
    assert Event.objects.filter(verb="assignment.recused").count() == 1


def test_when_everybody_steps_back_nobody_is_asked_twice(duty: Assignment) -> None:
    for _ in range(4):
        waiting = duty.entry.assignments.filter(state="open").first()
        assert waiting is not None
        desk.abstain(waiting, reason="no", by=judge_of(waiting))
    assert duty.entry.assignments.filter(state="abstained").count() == 4
    assert not duty.entry.assignments.filter(state="open").exists()


def test_only_the_judge_of_the_seat_scores(duty: Assignment, season: Season, organizer: Person) -> None:
    other = season.memberships.filter(role=Role.JUDGE).exclude(person=judge_of(duty)).first()
    assert other is not None
    for person in (other.person, organizer, make_role(season, Role.CHAIR)):
        with pytest.raises(NotFound):
            desk.save_sheet(duty, draft(), version=0, by=person)
        with pytest.raises(NotFound):
            desk.recuse(duty, reason="x", by=person)


def test_conflicts_by_rule_and_by_word_are_never_dealt(season: Season, organizer: Person) -> None:
    label = Organisation.objects.create(name="Kite Records")
    judges = list(season.memberships.filter(role=Role.JUDGE).order_by("pk"))
    submissions = list(season.submissions.select_related("artist").order_by("pk"))
    submissions[0].artist.organisation = label
    submissions[0].artist.save()
    Membership.objects.filter(pk=judges[0].pk).update(organisation=label)
    submissions[1].artist.members.create(person=judges[1].person)
    panel.declare_conflict(season, by=judges[2].person, artist=submissions[2].artist)
    made = make_round(season, judges_per_entry=3)
    open_for_good(season)
    rounds.open_round(made, by=organizer)
    for number in range(3):
        met = Assignment.objects.filter(
            entry__submission=submissions[number], seat__membership=judges[number]
        )
        assert not met.exists()
        assert Assignment.objects.filter(entry__submission=submissions[number]).count() == 3


def test_a_conflict_declared_later_takes_the_entry_away(duty: Assignment) -> None:
    by = judge_of(duty)
    desk.file_sheet(duty, draft(), version=0, by=by)
    panel.declare_conflict(duty.round.season, by=by, artist=duty.entry.submission.artist, note="cousin")
    panel.declare_conflict(duty.round.season, by=by, artist=duty.entry.submission.artist)
    duty.refresh_from_db()
    assert duty.state == "recused"
    assert duty.entry.assignments.filter(state="open").count() == 2
    assert Conflict.objects.count() == 1


def test_pages_ask_for_the_sign_in_and_are_unknown_to_others(
    duty: Assignment, season: Season, client: Client
) -> None:
    pages = [
        "/admin/desk/",
        f"/admin/desk/{duty.round.code}/",
        url(duty),
        url(duty, "audio"),
        url(duty, "recuse/"),
    ]
    for page in pages:
        assert client.get(page).status_code == 302
    other = season.memberships.filter(role=Role.JUDGE).exclude(seats__assignments__entry=duty.entry).first()
    assert other is not None
    for person in (make_person(), make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)):
        client.force_login(person.user)
        assert [client.get(page).status_code for page in pages] == [404] * 5
    client.force_login(other.person.user)
    assert [client.get(page).status_code for page in pages[2:]] == [404] * 3
    assert client.post(url(duty), sent()).status_code == 404


def test_a_blind_round_gives_no_name_away(duty: Assignment, judge: Client) -> None:
    own = duty.entry.submission.track
    Track.objects.filter(pk=own.pk).update(artwork=own.rendition)  # any file that is there
    pages = [
        "/admin/desk/?all",
        f"/admin/desk/{duty.round.code}/",
        url(duty),
        url(duty, "recuse/"),
        url(duty, "audio"),
    ]
    for page in pages:
        answer = judge.get(page)
        assert answer.status_code == 200
        body = b"".join(answer) if answer.streaming else answer.content
        seen = body.decode("utf-8", "replace") + str(answer.headers)
        track = duty.entry.submission.track
        for secret in (
            "Zanzibar",
            "zanzibar",
            track.code,
            duty.entry.code,
            duty.entry.submission.code,
            track.rendition.sha256,
            track.rendition.code,
        ):
            assert secret not in seen, (page, secret)
    assert judge.get(url(duty, "artwork")).status_code == 404


def test_a_round_that_is_not_blind_shows_who_it_is(open_round: Callable[..., Round], client: Client) -> None:
    made = open_round()
    duty = made.assignments.select_related("entry__submission__track", "entry__submission__artist").first()
    assert duty is not None
    client.force_login(judge_of(duty).user)
    page = client.get(url(duty)).content.decode()
    assert duty.entry.submission.artist.name in page
    assert duty.entry.submission.track.title in page


def test_sound_is_served_in_ranges(duty: Assignment, judge: Client) -> None:
    answer = judge.get(url(duty, "audio"), headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert answer["Content-Range"] == "bytes 10-19/5000"
    duty.entry.submission.artist.members.create(person=judge_of(duty))
    assert judge.get(url(duty, "audio")).status_code == 404, "a tie came up since it was dealt"


def test_saving_by_script_and_filing_by_form(duty: Assignment, judge: Client) -> None:
    saved = judge.post(url(duty), sent(half_song="1"), headers={"X-Autosave": "1"})
    assert saved.json()["version"] == 1
    assert "7.5" in judge.get(url(duty)).content.decode()
    answer = judge.post(url(duty), sent(version=1))
    assert answer.status_code == 302
    assert answer["Location"] != url(duty)
    sheet = ScoreSheet.objects.get()
    assert (sheet.state, sheet.heard_ms) == ("filed", 3000)


def test_two_windows_get_a_page_with_both_versions(duty: Assignment, judge: Client) -> None:
    judge.post(url(duty), sent(mark_song=2), headers={"X-Autosave": "1"})
    judge.post(url(duty), sent(version=1, mark_song=3, note="from one"), headers={"X-Autosave": "1"})
    clash = judge.post(url(duty), sent(version=1, mark_song=9, note="from two"), headers={"X-Autosave": "1"})
    assert (clash.status_code, clash.json()["error"]["code"]) == (409, "sheet_conflict")
    page = judge.post(url(duty), sent(version=1, mark_song=9, note="from two"))
    assert page.status_code == 409
    assert "from one" in page.content.decode() and "from two" in page.content.decode()
    fields = page.context["fields"]
    assert judge.post(url(duty), fields).status_code == 302
    assert ScoreSheet.objects.get().note == "from two"


def test_what_misses_a_mark_stays_a_draft_and_says_where(duty: Assignment, judge: Client) -> None:
    answer = judge.post(url(duty), sent(mark_performance=""))
    assert answer.status_code == 400
    assert "Performance" in answer.context["problem"] and answer.context["field"] == "mark_performance"
    assert ScoreSheet.objects.get().state == "draft"


@pytest.mark.parametrize(
    "bad",
    [
        {"mark_song": 11},
        {"mark_song": "x"},
        {"version": ""},
        {"heard": "nan"},
        {"heard": "0-99999999999"},
        {"note": "x" * 5000},
    ],
)
def test_bad_input_is_refused_in_words(duty: Assignment, judge: Client, bad: dict[str, object]) -> None:
    assert judge.post(url(duty), {**sent(), **bad}).status_code == 400
    answer = judge.post(url(duty), {**sent(), **bad}, headers={"X-Autosave": "1"})
    assert answer.status_code == 400 and answer.json()["error"]["message"]
    assert not ScoreSheet.objects.exists()


def test_a_late_sheet_is_shown_but_does_not_count(duty: Assignment, judge: Client, organizer: Person) -> None:
    at(duty.round, "locks_at")
    rounds.lock_round(duty.round, by=organizer)
    assert judge.post(url(duty), sent(), headers={"X-Autosave": "1"}).status_code == 409
    page = judge.post(url(duty), sent(note="too late", reason="because"))
    assert page.status_code == 409
    assert "too late" in page.content.decode()
    assert not ScoreSheet.objects.exists()


def test_the_welcome_page_comes_first(duty: Assignment, judge: Client) -> None:
    member = duty.seat.membership
    Membership.objects.filter(pk=member.pk).update(confidential_at=None)
    welcome = f"/admin/desk/welcome/{duty.round.season.slug}/"
    assert judge.get("/admin/desk/")["Location"] == welcome
    assert judge.get(url(duty)).status_code == 404
    found = judge.get(welcome, {"q": CANARY}).content.decode()
    assert f"{CANARY} band" in found, "public artists can be searched, whether they entered or not"
    hidden = make_artist(name=f"{CANARY} in the making")
    assert "in the making" not in judge.get(welcome, {"q": CANARY}).content.decode()
    assert judge.post(welcome + "conflict/", {"thing": f"artist:{hidden.slug}"}).status_code == 404
    assert judge.post(welcome + "accept/").status_code == 302
    assert judge.get(url(duty)).status_code == 200
    judge.post(welcome + "conflict/", {"thing": "artist:zanzibar-canary", "note": "cousin"})
    assert judge.get(url(duty)).status_code == 404


def test_the_list_shows_own_marks_only(duty: Assignment, judge: Client) -> None:
    file_all(duty.round)
    own = duty.seat.assignments.count()
    page = judge.get(f"/admin/desk/{duty.round.code}/")
    assert len(page.context["rows"]) == own
    assert "average" not in page.content.decode().lower()


def test_lists_cost_the_same_for_three_entries_and_for_many(
    season: Season, organizer: Person, client: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(20):
        make_submission(season)
    made = make_round(season)
    open_for_good(season)
    rounds.open_round(made, by=organizer)
    judge = season.memberships.filter(role=Role.JUDGE).first()
    assert judge is not None
    client.force_login(judge.person.user)
    with django_assert_max_num_queries(31):  # type: ignore[attr-defined]  # eleven of them look for ties
        client.get(f"/admin/desk/{made.code}/")


def test_what_a_judge_files_and_changes_is_logged_with_a_commitment(
    open_round: Callable[..., Round],
) -> None:
    """Each new set of marks is a line; a repeated request is none. The seed opens the commitment."""
    made = open_round()
    duty = made.assignments.select_related("seat__membership__person", "round").first()
    assert duty is not None
    judge = judge_of(duty)
    desk.file_sheet(duty, draft(song=7), version=0, by=judge)
    desk.save_sheet(duty, draft(song=8), version=1, by=judge)
    desk.save_sheet(duty, draft(song=8), version=1, by=judge)
    desk.file_sheet(duty, draft(song=9), version=2, by=judge)
    logged = Event.objects.filter(subject=f"entry:{duty.entry.code}", facts__has_key="marks_sha256").order_by(
        "pk"
    )
    assert list(logged.values_list("verb", flat=True)) == ["sheet.filed", "sheet.changed", "sheet.changed"]
    for event, song in zip(logged, ("7", "8", "9"), strict=True):
        marks = {"song": song, "performance": "6"}
        told = commitment(made.season.seed, entry=duty.entry.code, seat=duty.seat.code, marks=marks)
        assert event.facts["marks_sha256"] == told
