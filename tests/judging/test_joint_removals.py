"""A whole label leaves: what was shown is what happens, by the rules of a single entry, in one transaction or not at all."""

from typing import Any

import pytest
from django.urls import reverse

from judging.jobs import leaving as outlooks
from judging.jobs import standings
from judging.models import Entry, JointRemoval, MoveUp, Removal, Round
from judging.queries import leaving
from judging.services import joint_removals, removals
from judging.services.removals import RemovalRefused
from spotlight.accounts.models import Person
from spotlight.ledger.models import Event, Mail
from submissions.models import Organisation, Role, Season, Submission
from submissions.services import clearance
from tests.judging.test_cuts import closed_round, signed_in
from tests.judging.test_removals import decided, entry_at
from tests.making import (
    advance,
    confirm,
    make_entry,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
)

pytestmark = pytest.mark.django_db
WHY = "The label does not own these recordings."


@pytest.fixture
def season() -> Season:
    return make_season()


def label_of(*entries: Entry, name: str = "Ferry Street Records") -> Organisation:
    label = Organisation.objects.create(name=name)
    for entry in entries:
        entry.submission.artist.organisation = label
        entry.submission.artist.save(update_fields=["organisation"])
    return label


def propose(season: Season, whose: leaving.Whose, kind: str, by: Person, **extra: Any) -> JointRemoval:
    seen = leaving.seen_mark(leaving.cleared_of(season, whose))
    return joint_removals.propose(
        season, whose, **{"kind": kind, "reason": WHY, "seen": seen, "by": by, **extra}
    )


def followers(season: Season, whose: leaving.Whose) -> dict[str, str | None]:
    """Which reserve the preview names for each place that comes free."""
    looks = outlooks.preview(list(leaving.cleared_of(season, whose)))
    return {
        look.submission.code: change.follower.code if change.follower else None
        for look in looks for change in look.changes if change.rule == outlooks.Rule.PLACE
    }  # fmt: skip


def test_what_the_page_showed_is_what_two_people_do(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    following = make_round(season, 2)
    decided(round, two)
    advance(following, "open")
    for _ in range(3):
        make_seat(following)
    first, *others = (entry_at(round, rank) for rank in (4, 5, 6))
    chosen = min((entry_at(round, rank) for rank in (1, 2, 3)), key=lambda entry: entry.submission_id)
    assert max(first.submission_id, others[0].submission_id) > chosen.submission_id, (
        "a reserve leaves after it"
    )
    leaving_now = [chosen, first, others[0], entry_at(round, 8)]
    label = label_of(*leaving_now)
    one, other = (confirm(signed_in(person)) for person in two)
    address = reverse("leaving_whole", args=[season.slug, "label", label.code])
    index = one.get(reverse("leaving", args=[season.slug]) + "?q=no such artist").content.decode()
    assert label.name in index and "No artist with a cleared entry" in index
    page = one.get(address).content.decode()
    assert page.count("moves up") == 1 and "is skipped as a reserve" in page and "nothing moves" in page
    shown = followers(season, label)
    assert shown == {chosen.submission.code: others[1].code}, "not a reserve that leaves"
    seen = leaving.seen_mark(leaving.cleared_of(season, label))
    sent = {"kind": "disqualified", "reason": WHY, "seen": seen}
    assert one.post(address, {**sent, "seen": "older"}).status_code == 422, "the list changed meanwhile"
    assert signed_in(two[0]).post(address, sent).status_code == 403, "no second factor"
    assert one.post(address, sent).status_code == 302
    joint = JointRemoval.objects.get()
    assert joint.state == "proposed" and not Removal.objects.exists() and not MoveUp.objects.exists()
    detail, approve = (
        reverse("joint_removal", args=[joint.code]),
        reverse("joint_removal_act", args=[joint.code, "approve"]),
    )
    assert approve not in one.get(detail).content.decode() and approve in other.get(detail).content.decode()
    assert (
        "Labels or artists that leave" in one.get(reverse("home") + f"?season={season.slug}").content.decode()
    )
    assert other.post(approve).status_code == 302
    joint_removals.approve(joint, by=two[1])
    assert {m.place_of.submission.code: m.entry.code for m in MoveUp.objects.all()} == shown
    assert Removal.objects.filter(state="made", reason=WHY, approved_by=two[1]).count() == 4
    assert [following.entries.filter(state=state).count() for state in ("in", "disqualified")] == [3, 1]
    assert Mail.objects.filter(template="removed").count() == 4
    assert Event.objects.filter(verb="entry.removed").count() == 5, "one of them in both rounds"
    assert "can’t be undone" in other.get(detail).content.decode()
    with pytest.raises(RemovalRefused, match="Only entries that were contested"):
        joint_removals.put_back(joint, reason="no", by=two[0])
    stranger = signed_in(make_role(make_season(), Role.ORGANIZER))
    assert [stranger.get(url).status_code for url in (address, detail)] == [404, 404]
    assert other.post(reverse("joint_removal_act", args=[joint.code, "other"])).status_code == 404


def test_all_leave_or_none_and_a_proposal_can_be_dropped(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    first, second = entry_at(round, 1), entry_at(round, 2)
    label = label_of(first, second)
    joint = propose(season, label, "withdrawn", two[0])
    with pytest.raises(RemovalRefused, match="Another person"):
        joint_removals.approve(joint, by=two[0])
    with pytest.raises(RemovalRefused, match="waits already"):
        propose(season, label, "withdrawn", two[1])
    own = removals.propose_removal(second.submission, kind="withdrawn", reason="Its own.", by=two[0])
    with pytest.raises(RemovalRefused, match="proposal of its own"):
        joint_removals.approve(joint, by=two[1])
    assert set(Submission.objects.filter(entries__round=round).values_list("state", flat=True)) == {"cleared"}
    assert list(Removal.objects.all()) == [own], "nothing of the first entry stayed behind"
    joint_removals.drop(joint, by=two[1])
    with pytest.raises(RemovalRefused, match="no longer a proposal"):
        joint_removals.approve(joint, by=two[1])
    behind = make_role(season, Role.ORGANIZER, first.submission.artist.members.get().person)
    removals.drop_removal(own, by=two[0])
    with pytest.raises(RemovalRefused, match="behind this artist"):
        propose(season, label, "disqualified", behind)


def test_contested_together_they_keep_everything_and_are_put_back(
    season: Season, two: tuple[Person, Person]
) -> None:
    round = decided(closed_round(season), two)
    three = [entry_at(round, rank) for rank in (1, 4, 9)]
    label = label_of(*three)
    clearance.contest(three[2].submission, by=make_role(season, Role.CLEARANCE), note="Another claim.")
    joint = propose(season, label, "contested", two[0])
    assert joint.state == "made" and joint.submissions.count() == 2, (
        "one person, and not the one contested before"
    )
    held = Submission.objects.filter(artist__organisation=label)
    assert held.filter(is_contested=True, state="cleared", track__hidden_at__isnull=False).count() == 3
    assert not MoveUp.objects.exists()
    one = confirm(signed_in(two[0]))
    undo = reverse("joint_removal_act", args=[joint.code, "put-back"])
    assert one.post(undo, {"reason": ""}).status_code == 422
    assert one.post(undo, {"reason": "It was a mistake."}).status_code == 302
    assert list(held.filter(is_contested=True)) == [three[2].submission]
    joint.refresh_from_db()
    assert (joint.state, joint.undone_by) == ("undone", two[0])
    assert Mail.objects.filter(template="clearance_reinstated").count() == 2


def test_while_nothing_is_closed_one_person_takes_an_artist_out_at_once(
    season: Season, two: tuple[Person, Person]
) -> None:
    running = advance(make_round(season), "open")
    seats = [make_seat(running) for _ in range(2)]
    for number in range(4):
        entry = make_entry(running)
        for seat in seats:
            make_sheet(entry, seat, 4 + number, 5)
    standings.compute(running)
    artist = entry.submission.artist
    [look] = outlooks.preview(list(leaving.cleared_of(season, artist)))
    assert [(change.rule, change.sheets) for change in look.changes] == [(outlooks.Rule.RUNNING, 2)]
    joint = propose(season, artist, "disqualified", two[1])
    entry.refresh_from_db()
    after = standings.compute(running)
    assert (joint.state, entry.state) == ("made", "disqualified") and after is not None and after.size == 3
    waiting = make_entry(make_round(make_season()))
    chair = make_role(waiting.round.season, Role.CHAIR)
    assert outlooks.preview([waiting.submission])[0].changes[0].rule == outlooks.Rule.NOT_BEGUN
    assert propose(waiting.round.season, waiting.submission.artist, "withdrawn", chair).state == "made"
    waiting.submission.refresh_from_db()
    assert waiting.submission.state == "withdrawn"
    assert Round.objects.filter(pk=waiting.round_id, state="planned").exists()
