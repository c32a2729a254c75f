"""Guardian, co-writers and identity: asked where a season asks, answered behind signed links, seen by clearance."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, override_settings

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, NotFound
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import ArtistLink, CoWriter, Guardian, Season, Submission
from submissions.queries.clearance import clearance_queue, free_for
from submissions.queries.completeness import gaps
from submissions.queries.consent import checks_of, identity_code, is_under, needs_guardian, year_decides
from submissions.queries.rules import rules_of
from submissions.services import asking, consent
from submissions.services import clearance as desk
from submissions.services.entries import (
    AgeStated,
    Changes,
    CreditLine,
    IncompleteEntry,
    JudgingBegan,
    save_entry,
    submit,
)
from tests.making import advance, make_entry, make_role, make_round, open_for_good
from tests.submissions.portal import (
    fill,
    make_draft,
    make_open_season,
    make_own_artist,
    make_sent,
    member,
    pretend_audio,
)
from tests.submissions.test_clearance import desk_of

pytestmark = pytest.mark.django_db
State = Submission.State
SECRET = "mother@example.test"


def this_year() -> int:
    """The year in which the artists of these tests enter, in the zone of their seasons."""
    return clock.now().astimezone(ZoneInfo("Asia/Tokyo")).year


def ready(
    season: Season, *, age: AgeStated | None = None, credits: list[CreditLine] | None = None
) -> Submission:
    """A complete draft of the season."""
    draft = fill(make_draft(season))
    pretend_audio(draft)
    by = member(draft.artist)
    if age:
        save_entry(draft, Changes("eligibility", age=age), by=by)
    if credits:
        save_entry(draft, Changes("rights", credits=credits), by=by)
    draft.refresh_from_db()
    return draft


def minor(season: Season | None = None) -> Submission:
    """A sent entry of an artist of fifteen."""
    draft = ready(
        season or make_open_season(guardian_under=18), age=AgeStated(this_year() - 15, None, SECRET)
    )
    return submit(draft, by=member(draft.artist))


def shared(season: Season | None = None) -> Submission:
    """A sent entry with one co-writer of two parts."""
    lines = [
        CreditLine("夜凪", "composer", 5000),
        CreditLine("Rin", "composer", 2000, "rin@example.test"),
        CreditLine("Rin", "lyricist", 3000, "rin@example.test"),
    ]
    draft = ready(season or make_open_season(confirms_credits=True), credits=lines)
    return submit(draft, by=member(draft.artist))


def link_in(template: str) -> str:
    """The address in the newest mail of a template."""
    mail = Mail.objects.filter(template=template).latest("pk")
    found = re.search(r"https?://[^/\s]+(/(?:consents|confirmations)/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def token(address: str) -> str:
    return address.strip("/").split("/")[-1]


def reviewer_of(submission: Submission) -> Person:
    return make_role(submission.season, "clearance")


# ---- nothing where nothing is asked ----------------------------------------------------------------------------------


def test_a_season_that_asks_nothing_asks_nothing() -> None:
    draft = make_draft()
    client = desk_of(member(draft.artist))
    eligibility = client.get(f"/submit/{draft.code}/eligibility/").content.decode()
    rights = client.get(f"/submit/{draft.code}/rights/").content.decode()
    assert "birth_year" not in eligibility
    assert "guardian" not in eligibility
    assert "-email" not in rights
    sent = make_sent()
    assert checks_of(sent).any is False
    assert desk.clear(sent, by=reviewer_of(sent))
    assert not Guardian.objects.exists()
    assert not Mail.objects.filter(template__in=["guardian_asked", "cowriter_asked"]).exists()


# ---- age -------------------------------------------------------------------------------------------------------------


def test_only_the_year_of_the_birthday_needs_the_whole_date() -> None:
    on = datetime.date(2026, 6, 15)
    assert year_decides(2009, under=18, on=on) is True
    assert year_decides(2008, under=18, on=on) is None
    assert year_decides(2007, under=18, on=on) is False
    assert is_under(datetime.date(2008, 6, 16), under=18, on=on)
    assert not is_under(datetime.date(2008, 6, 15), under=18, on=on)
    assert is_under(datetime.date(2008, 12, 31), under=18, on=on)


def test_the_age_is_asked_step_by_step_and_no_more_of_it_kept_than_is_needed() -> None:
    draft = ready(make_open_season(guardian_under=18))
    by = member(draft.artist)

    def missing(age: AgeStated) -> list[str]:
        save_entry(draft, Changes("eligibility", age=age), by=by)
        return [gap.field for gap in gaps(draft)]

    assert [gap.field for gap in gaps(draft)] == ["birth_year"]
    assert missing(AgeStated(this_year() - 18, None, "")) == ["born_on"]
    page = desk_of(by).get(f"/submit/{draft.code}/eligibility/").content.decode()
    assert 'name="born_on"' in page
    assert missing(AgeStated(this_year() - 18, datetime.date(this_year() - 18, 1, 1), SECRET)) == []
    assert draft.guardian.email == "", "an adult's guardian is nobody's business"
    assert missing(AgeStated(this_year() - 15, datetime.date(this_year() - 15, 1, 1), "")) == [
        "guardian_email"
    ]
    assert by.user
    assert missing(AgeStated(this_year() - 15, None, by.user.email)) == ["guardian_email"], (
        "their own address"
    )
    assert missing(AgeStated(this_year() - 15, None, SECRET)) == []
    stored = Guardian.objects.get()
    assert (stored.birth_year, stored.born_on, stored.email) == (this_year() - 15, None, SECRET)
    assert not Mail.objects.filter(template="guardian_asked").exists(), "nobody is written to for a draft"


def test_a_market_may_have_an_age_of_its_own() -> None:
    season = make_open_season(guardian_under=18)
    season.markets.filter(code="kr").update(guardian_under=19)
    season.markets.filter(code="jp").update(guardian_under=0)
    draft = ready(season)
    assert gaps(draft) == []
    draft.market = season.markets.get(code="kr")
    save_entry(
        draft,
        Changes("eligibility", submission={"market": draft.market}, age=AgeStated(this_year() - 20)),
        by=member(draft.artist),
    )
    draft.refresh_from_db()
    assert needs_guardian(draft, draft.guardian) is False
    with pytest.raises(IncompleteEntry):
        save_entry(draft, Changes("eligibility", age=AgeStated(this_year() - 17)), by=member(draft.artist))
        submit(draft, by=member(draft.artist))


def test_the_form_takes_year_and_address(client: Client) -> None:
    draft = ready(make_open_season(guardian_under=18))
    client = desk_of(member(draft.artist))
    sent = {"market": "jp", "question-1": "yes", "question-2": "yes", "terms": "on"}
    answer = client.post(
        f"/submit/{draft.code}/eligibility/",
        {**sent, "birth_year": str(this_year() - 12), "guardian_email": "Mother@Example.test"},
    )
    assert answer.status_code == 302
    assert Guardian.objects.get().email == SECRET
    answer = client.post(
        f"/submit/{draft.code}/eligibility/", {**sent, "birth_year": "nineteen", "guardian_email": SECRET}
    )
    assert answer.status_code == 400
    assert Guardian.objects.get().birth_year == this_year() - 12, "what can't be read changes nothing"


def test_another_market_asks_more_or_less_in_the_same_form() -> None:
    season = make_open_season()
    season.markets.filter(code="kr").update(guardian_under=19)
    sent = make_sent(season)
    client, values = desk_of(member(sent.artist)), {"question-1": "yes", "question-2": "yes", "terms": "on"}
    korea = values | {"market": "kr", "version": str(sent.version)}
    refused = client.post(f"/submit/{sent.code}/eligibility/", korea)
    assert refused.status_code == 400
    assert 'name="birth_year"' in refused.content.decode()
    told = {"birth_year": str(this_year() - 15), "guardian_email": SECRET}
    assert client.post(f"/submit/{sent.code}/eligibility/", korea | told).status_code == 302
    assert Mail.objects.filter(template="guardian_asked", to=SECRET).exists()
    sent.refresh_from_db()
    japan = values | {"market": "jp", "version": str(sent.version)}
    assert client.post(f"/submit/{sent.code}/eligibility/", japan).status_code == 302
    assert not Guardian.objects.exists(), "nothing of it is needed any more"


# ---- guardian --------------------------------------------------------------------------------------------------------


def test_a_guardian_reads_the_terms_in_their_language_and_consents_by_name() -> None:
    season = make_open_season(guardian_under=18)
    season.terms.update(texts={"ja": "権利はすべてあなたのものです。"})
    sent = minor(season)
    by, address = reviewer_of(sent), link_in("guardian_asked")
    with pytest.raises(desk.StillMissing):
        desk.clear(sent, by=by)
    client = Client(headers={"accept-language": "ja"})
    page = client.get(address)
    assert page.status_code == 200
    assert "権利はすべてあなたのものです。" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert client.post(address, {"do": "consent", "name": " "}).status_code == 400
    assert client.post(address, {"do": "consent", "name": "Hana"}).status_code == 302
    stored = Guardian.objects.get()
    assert (stored.state, stored.name, stored.terms) == ("consented", "Hana", season.terms.get())
    assert client.post(address, {"do": "decline", "name": "Hana"}).status_code == 409, "one answer"
    with pytest.raises(asking.NothingToAsk):
        asking.ask_again(sent, who="guardian", by=member(sent.artist))
    with pytest.raises(NotFound):
        asking.ask_again(sent, who="nobody", by=member(sent.artist))
    assert Guardian.objects.get().state == "consented"
    assert desk.clear(sent, by=by)
    logged = Event.objects.get(verb="guardian.consented")
    assert (logged.actor, logged.facts) == (None, {})
    assert Mail.objects.filter(template="entry_answered", person=member(sent.artist)).count() == 1


def test_a_consent_can_be_withdrawn_until_judging_begins() -> None:
    sent = minor()
    key = token(link_in("guardian_asked"))
    consent.answer_guardian(key, consents=True, name="Hana")
    desk.clear(sent, by=reviewer_of(sent))
    consent.withdraw_consent(key)
    sent.refresh_from_db()
    assert (sent.state, sent.track.released_at) == (State.SUBMITTED, None)
    assert checks_of(sent).blockers[0].message == "The guardian withdrew the consent."
    clock.move_by(datetime.timedelta(hours=23))
    with pytest.raises(asking.AskedTooOften):
        asking.ask_again(sent, who="guardian", by=member(sent.artist))
    clock.move_by(datetime.timedelta(hours=1))
    asking.ask_again(sent, who="guardian", by=member(sent.artist))
    with pytest.raises(NotFound):
        consent.find_guardian(key)
    fresh = token(link_in("guardian_asked"))
    consent.answer_guardian(fresh, consents=True, name="Hana")
    desk.clear(sent, by=reviewer_of(sent))
    round_ = make_round(sent.season)
    make_entry(round_, sent)
    advance(round_, "open")
    with pytest.raises(JudgingBegan):
        consent.withdraw_consent(fresh)
    assert "Judging has begun" in Client().get(link_in("guardian_asked")).content.decode()


def test_a_new_address_makes_the_old_link_and_its_answer_worthless() -> None:
    sent = minor()
    old = link_in("guardian_asked")
    consent.answer_guardian(token(old), consents=True, name="Hana")
    other = AgeStated(this_year() - 15, None, "father@example.test")
    save_entry(sent, Changes("eligibility", age=other), by=member(sent.artist))
    assert Client().get(old).status_code == 404
    assert Mail.objects.filter(template="guardian_asked").latest("pk").to == "father@example.test"
    assert [b.about for b in checks_of(sent).blockers] == ["guardian"]
    client, fresh = Client(), link_in("guardian_asked")
    assert client.post(fresh, {"do": "consent", "name": "Jun"}).status_code == 302
    assert client.post(fresh, {"do": "withdraw"}).status_code == 302
    assert Guardian.objects.get().state == "withdrawn"
    assert client.post(fresh, {"do": "something", "name": "Jun"}).status_code == 400


def test_old_and_unknown_links_answer_kindly() -> None:
    sent = minor()
    address = link_in("guardian_asked")
    assert Client().get("/consents/" + "x" * 43 + "/").status_code == 404
    assert Client().get(address.replace("consents", "confirmations")).status_code == 404, "bound to one thing"
    clock.move_by(asking.VALID_FOR + datetime.timedelta(minutes=1))
    gone = Client().get(address)
    assert gone.status_code == 410
    assert "too old" in gone.content.decode()
    assert "no-store" in gone.headers["Cache-Control"]
    assert Client().post(address, {"do": "consent", "name": "Hana"}).status_code == 410
    assert Guardian.objects.get(submission=sent).state == "waiting"


def test_asking_again_has_a_pace_and_an_end() -> None:
    sent = minor()
    client = desk_of(member(sent.artist))
    page = client.get("/me/").content.decode()
    assert "The guardian has not answered yet." in page
    assert SECRET in page
    client.post(f"/submit/{sent.code}/ask-again/", {"who": "guardian"})
    assert Mail.objects.filter(template="guardian_asked").count() == 1, "a day has not passed"
    clock.move_by(asking.AGAIN_AFTER)
    client.post(f"/submit/{sent.code}/ask-again/", {"who": "guardian"})
    assert Mail.objects.filter(template="guardian_asked").count() == 2
    Guardian.objects.update(asks=asking.MOST_MAILS)
    clock.move_by(asking.AGAIN_AFTER)
    with pytest.raises(asking.AskedTooOften):
        asking.ask_again(sent, who="guardian", by=member(sent.artist))
    stranger = desk_of(member(make_own_artist()))
    assert stranger.post(f"/submit/{sent.code}/ask-again/", {"who": "guardian"}).status_code == 404


def test_age_and_address_are_seen_by_the_artist_and_clearance_alone() -> None:
    sent = minor()
    consent.answer_guardian(token(link_in("guardian_asked")), consents=True, name="Hana Secret")
    reviewer = reviewer_of(sent)
    assert "Hana Secret" in desk_of(reviewer).get(f"/admin/clearance/{sent.code}/").content.decode()
    desk.clear(sent, by=reviewer)
    addresses = (f"/artists/{sent.artist.slug}/", f"/seasons/{sent.season.slug}/rules.json")
    year = re.compile(rf"\b{this_year() - 15}\b")  # four digits may stand in a hash
    for address in addresses:
        page = Client().get(address).content.decode()
        assert SECRET not in page and "Hana Secret" not in page and not year.search(page), address


@override_settings(EMBEDDED=False)
def test_nobody_reads_a_signed_link_in_the_outbox() -> None:
    sent = minor()
    mail = Mail.objects.get(template="guardian_asked")
    organizer = desk_of(make_role(sent.season, "organizer"))
    page = organizer.get(f"/admin/seasons/{sent.season.slug}/outbox/{mail.pk}/").content.decode()
    assert "/consents/…" in page
    assert token(link_in("guardian_asked")) not in page


# ---- co-writers ------------------------------------------------------------------------------------------------------


def test_a_co_writer_confirms_all_their_parts_behind_one_link() -> None:
    sent = shared()
    assert [m.to for m in Mail.objects.filter(template="cowriter_asked")] == ["rin@example.test"]
    with pytest.raises(desk.StillMissing, match="Rin has not confirmed"):
        desk.clear(sent, by=reviewer_of(sent))
    client, address = Client(), link_in("cowriter_asked")
    page = client.get(address).content.decode()
    assert "20%" in page
    assert "30%" in page
    assert "rin@example.test" not in page
    assert client.post(address, {"do": "confirm"}).status_code == 302
    assert client.post(address, {"do": "contest", "note": "no"}).status_code == 409
    assert desk.clear(sent, by=reviewer_of(sent))


def test_contested_credits_wait_for_a_correction_or_a_reasoned_decision() -> None:
    sent = shared()
    reviewer, address = reviewer_of(sent), link_in("cowriter_asked")
    assert Client().post(address, {"do": "contest"}).status_code == 400
    Client().post(address, {"do": "contest", "note": "I wrote half of it."})
    with pytest.raises(desk.StillMissing, match="contests"):
        desk.clear(sent, by=reviewer)
    assert "I wrote half of it." in desk_of(reviewer).get(f"/admin/clearance/{sent.code}/").content.decode()
    assert "I wrote half of it." in desk_of(member(sent.artist)).get("/me/").content.decode()
    row = CoWriter.objects.get()
    with pytest.raises(InvalidInput):
        consent.settle_credit(sent, code=row.code, by=reviewer, reason=" ")
    with pytest.raises(InvalidInput):
        consent.settle_credit(sent, code=row.code, by=member(sent.artist), reason="mine")
    desk_of(reviewer).post(f"/admin/clearance/{sent.code}/credits/{row.code}/", {"reason": "A contract."})
    row.refresh_from_db()
    assert (row.state, row.settled_by, row.settled_reason) == ("settled", reviewer, "A contract.")
    assert desk.clear(sent, by=reviewer)


def test_a_corrected_part_is_asked_anew_and_an_unchanged_one_is_not() -> None:
    sent = shared()
    old = link_in("cowriter_asked")
    consent.answer_credit(token(old), confirms=False, note="Half of it.")
    half = [CreditLine("夜凪", "composer", 5000), CreditLine("Rin", "lyricist", 5000, "rin@example.test")]
    save_entry(sent, Changes("rights", credits=half), by=member(sent.artist))
    assert Client().get(old).status_code == 404
    consent.answer_credit(token(link_in("cowriter_asked")), confirms=True)
    more = [*half, CreditLine("Aki", "mixer", None, "aki@example.test")]
    save_entry(sent, Changes("rights", credits=more), by=member(sent.artist))
    assert dict(CoWriter.objects.values_list("email", "state")) == {
        "rin@example.test": "confirmed",
        "aki@example.test": "waiting",
    }
    save_entry(sent, Changes("rights", credits=half), by=member(sent.artist))
    assert checks_of(sent).blockers == []


def test_the_artist_s_own_address_is_not_asked() -> None:
    artist = make_own_artist()
    user = member(artist).user
    assert user
    draft = fill(make_draft(make_open_season(confirms_credits=True), artist))
    pretend_audio(draft)
    lines = [CreditLine("夜凪", "composer", 10_000, user.email)]
    save_entry(draft, Changes("rights", credits=lines), by=member(artist))
    draft.refresh_from_db()
    submit(draft, by=member(artist))
    assert not CoWriter.objects.exists()


# ---- identity --------------------------------------------------------------------------------------------------------


def test_a_code_in_a_linked_profile_is_ticked_by_clearance() -> None:
    sent = make_sent(make_open_season(identity_by="code"))
    ArtistLink.objects.create(artist=sent.artist, url="https://music.example/yonagi")
    artist, reviewer = desk_of(member(sent.artist)), reviewer_of(sent)
    code = identity_code(sent.artist, sent.season)
    assert code in artist.get("/me/").content.decode()
    with pytest.raises(InvalidInput):
        consent.see_identity(sent, how="code", by=reviewer)
    with pytest.raises(InvalidInput):
        consent.place_code(sent, url="https://elsewhere.example/", by=member(sent.artist))
    artist.post(f"/submit/{sent.code}/identity/", {"url": "https://music.example/yonagi"})
    page = desk_of(reviewer).get(f"/admin/clearance/{sent.code}/").content.decode()
    assert code in page
    assert 'href="https://music.example/yonagi"' in page
    with pytest.raises(desk.StillMissing):
        desk.clear(sent, by=reviewer)
    with pytest.raises(InvalidInput):
        consent.see_identity(sent, how="document", by=reviewer)
    desk_of(reviewer).post(f"/admin/clearance/{sent.code}/identity/", {"how": "code"})
    assert desk.clear(sent, by=reviewer)
    assert Event.objects.get(verb="identity.seen").facts == {"how": "code"}
    second = make_sent(sent.season, sent.artist)
    assert checks_of(second).is_identity_seen, "once in a season is enough"


def test_a_document_is_seen_and_not_kept() -> None:
    sent = make_sent(make_open_season(identity_by="either"))
    reviewer = reviewer_of(sent)
    found = consent.see_identity(sent, how="document", by=reviewer)
    assert (found.how, found.seen_by) == ("document", reviewer)
    assert desk.clear(sent, by=reviewer)


def test_codes_differ_by_artist_and_season() -> None:
    first, second = make_own_artist(), make_own_artist()
    one, other = make_open_season(), make_open_season()
    codes = {identity_code(artist, season) for artist in (first, second) for season in (one, other)}
    assert len(codes) == 4


def test_nobody_is_given_an_entry_that_waits_for_others() -> None:
    season = make_open_season(guardian_under=18, confirms_credits=True)
    sent, reviewer = minor(season), make_role(season, "clearance")
    assert reviewer.user
    queue = clearance_queue(reviewer.user)
    assert (list(queue), list(free_for(reviewer, queue))) == ([sent], [])
    assert "waits for others" in desk_of(reviewer).get("/admin/clearance/").content.decode()
    consent.answer_guardian(token(link_in("guardian_asked")), consents=False, name="Hana")
    assert list(free_for(reviewer, queue)) == [sent], "a person's turn"
    Season.objects.filter(pk=season.pk).update(identity_by="code")
    assert list(free_for(reviewer, queue)) == []
    ArtistLink.objects.create(artist=sent.artist, url="https://music.example/yonagi")
    consent.place_code(sent, url="https://music.example/yonagi", by=member(sent.artist))
    assert list(free_for(reviewer, queue)) == [sent]


def test_the_rules_say_who_is_asked_and_older_rules_keep_their_hash() -> None:
    plain = make_open_season()
    assert rules_of(plain)["entries"].keys() == {"quota", "seconds", "lowest_kbps", "largest_mb", "genres"}
    season = make_open_season(guardian_under=18, confirms_credits=True, identity_by="either")
    season.markets.filter(code="kr").update(guardian_under=19)
    open_for_good(season)
    page = Client().get(f"/seasons/{season.slug}/rules/").content.decode()
    assert "Under 18 a parent or guardian has to consent. In Korea under 19." in page
    assert (
        "Co-writers confirm their credits by e-mail. Artists show who they are by a code or a document."
        in page
    )
