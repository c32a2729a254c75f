import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from judging.models import Criterion, Round
from judging.queries.rules import rounds_of
from spotlight.accounts.models import User
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Market, Season
from tests.submissions.forms import read_form
from tests.submissions.making import a_person, a_season, organizer_of, with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def season() -> Season:
    return a_season()


@pytest.fixture
def organizer(client: Client, season: Season) -> Client:
    client.force_login(organizer_of(season).user)
    return client


def change_page(thing: Any) -> str:
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])


def sent(client: Client, thing: Any, **changes: Any) -> Any:
    """Open a form, change something, send it."""
    return client.post(change_page(thing), {**form_of(client, thing), **changes})


def form_of(client: Client, thing: Any) -> dict[str, Any]:
    """What stands in the form of a thing."""
    values = read_form(client.get(change_page(thing)), f"{thing._meta.model_name}_form")
    assert values, "the form was not found"
    return values


def said(response: Any) -> str:
    return str(response.content.decode())


# ---- who comes in ----------------------------------------------------------------------------------------------------


def test_visitors_sign_in_and_others_find_nothing(client: Client, season: Season) -> None:
    page = change_page(season)
    assert client.get(page)["Location"].startswith(reverse("account_login"))
    client.force_login(a_person().user)
    assert client.get(page).status_code == 404
    assert client.get(reverse("admin:index")).status_code == 404
    assert client.get(reverse("home")).status_code == 404


def test_every_list_answers_its_organizer(organizer: Client, season: Season) -> None:
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label in ("submissions", "judging") and model_admin.has_view_permission(
            organizer.get(reverse("home")).wsgi_request
        ):
            page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            assert organizer.get(page).status_code == 200, page


def test_nothing_of_another_season_is_shown(organizer: Client, season: Season) -> None:
    other = a_season()
    for thing in (other, rounds_of(other)[0], other.prizes.first()):
        assert organizer.get(change_page(thing)).status_code in (302, 404)
        label = f"{thing._meta.app_label}_{thing._meta.model_name}"
        listed = said(organizer.get(reverse(f"admin:{label}_changelist")))
        assert change_page(thing) not in listed
    assert organizer.get(reverse("admin:submissions_season_changelist")).context["cl"].result_count == 1


def test_a_judge_sees_no_set_up(client: Client, season: Season) -> None:
    client.force_login(with_role(season, "judge").user)
    for name in ("submissions_season", "judging_round", "ledger_mail", "ledger_event", "ledger_workrow"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code in (403, 404)


def test_choices_come_from_own_seasons_only(organizer: Client, season: Season) -> None:
    foreign = Market.objects.filter(season=a_season()).first()
    form = organizer.get(change_page(season.prizes.first())).context["adminform"].form
    assert foreign not in form.fields["market"].queryset


def test_mails_and_events_are_those_of_own_seasons(organizer: Client, season: Season) -> None:
    other = a_season()
    for each in (season, other):
        Mail.objects.create(
            to="a@example.com",
            subject=f"Hello {each.slug}",
            text="Hi",
            season=each.slug,
            created_at=Event.objects.first().at,
        )
    listed = said(organizer.get(reverse("admin:ledger_mail_changelist")))
    assert season.slug in listed and other.slug not in listed
    listed = said(organizer.get(reverse("admin:ledger_event_changelist")))
    assert f"season:{season.slug}" in listed and f"season:{other.slug}" not in listed
    assert organizer.get(reverse("admin:ledger_workrow_changelist")).status_code in (403, 404)


def test_the_operator_sees_all(client: Client, season: Season) -> None:
    client.force_login(User.objects.create_superuser("operator@example.com", "a long password 1"))
    for name in ("submissions_season", "ledger_mail", "ledger_event", "ledger_workrow"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert client.get(reverse("home")).status_code == 200


def test_our_own_pages_keep_the_strict_policy(organizer: Client, season: Season) -> None:
    strict = organizer.get(reverse("home"))["Content-Security-Policy"]
    assert "unsafe" not in strict
    assert "unsafe-inline" in organizer.get(change_page(season))["Content-Security-Policy"]


# ---- the season's form -----------------------------------------------------------------------------------------------


def test_a_season_is_saved_unchanged(organizer: Client, season: Season) -> None:
    before = Season.objects.filter(pk=season.pk).values().get()
    assert sent(organizer, season).status_code == 302
    assert Season.objects.filter(pk=season.pk).values().get() == before


def test_times_are_typed_in_the_seasons_zone(organizer: Client, season: Season) -> None:
    assert sent(organizer, season, entries_close_at_1="20:00:00").status_code == 302
    season.refresh_from_db()
    assert season.entries_close_at.astimezone(rules_zone(season)).hour == 20


def rules_zone(season: Season) -> ZoneInfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return ZoneInfo(season.zone)


def test_contradictions_are_refused_with_the_reason(
    organizer: Client, season: Season, subtests: pytest.Subtests
) -> None:
    form = form_of(organizer, season)
    for changes, message in (
        ({"zone": "Asia/Nowhere"}, "No time zone has this name"),
        ({"longest_seconds": "10"}, "longer than the shortest"),
        ({"quota": "0"}, "greater than or equal to 1"),
        ({"entries_close_at_0": "2020-01-01"}, "close after they open"),
        ({"brand_color": "blue"}, "#rrggbb"),
        (
            {"use_sites": "youtube.com\nhttps://clips.example/x"},
            "“https://clips.example/x” is not the name of a site",
        ),
    ):
        with subtests.test(message):
            answer = organizer.post(change_page(season), form | changes)
            assert answer.status_code == 200
            assert message in said(answer)


def test_sites_of_videos_are_lines(organizer: Client, season: Season) -> None:
    lines = "YouTube.com\r\n\r\n www.clips.example \r\nm.youtube.com"
    assert sent(organizer, season, use_sites=lines, uses_trusted_after="").status_code == 302
    stored = Season.objects.get(pk=season.pk)
    assert (stored.use_sites, stored.uses_trusted_after) == (["youtube.com", "clips.example"], 0)


def test_clearing_cant_end_after_round_one_opens(organizer: Client, season: Season) -> None:
    answer = sent(organizer, season, clearing_ends_at_0="2099-01-01", results_at_0="2099-02-01")
    assert "opens before clearing ends" in said(answer)


def test_names_in_other_languages_are_written_one_by_one(organizer: Client, season: Season) -> None:
    market = season.markets.get(code="jp")
    values = read_form(organizer.get(change_page(season)), "season_form")
    field = next(name for name, value in values.items() if value == "日本")
    assert sent(organizer, season, **{field: "ニッポン"}).status_code == 302
    market.refresh_from_db()
    assert market.names == {"ja": "ニッポン", "ko": "일본"}


def test_an_open_season_is_shown_and_only_its_looks_change(client: Client) -> None:
    season = a_season(opened=True)
    client.force_login(organizer_of(season).user)
    answer = sent(client, season, brand_color="#225588", quota="9", entries_close_at_0="2099-01-01")
    assert answer.status_code == 302
    stored = Season.objects.get(pk=season.pk)
    assert (stored.brand_color, stored.quota) == ("#225588", season.quota)
    theme = client.get(reverse("season_theme", args=[season.slug]))
    assert "--brand: #225588" in said(theme)
    assert client.get(change_page(rounds_of(season)[0])).status_code == 200
    assert sent_refused(client, rounds_of(season)[0])


def sent_refused(client: Client, thing: Any) -> bool:
    return client.post(change_page(thing), {"number": "7"}).status_code in (403, 404)


def test_a_season_in_the_making_can_be_deleted_and_an_open_one_not(client: Client) -> None:
    for opened, status in ((False, 302), (True, 404)):
        season = a_season(opened=opened)
        client.force_login(organizer_of(season).user)
        page = reverse("admin:submissions_season_delete", args=[season.pk])
        assert client.post(page, {"post": "yes"}).status_code == status
        assert Season.objects.filter(pk=season.pk).exists() is opened


def test_what_is_changed_in_a_form_stands_in_the_log(organizer: Client, season: Season) -> None:
    sent(organizer, season, name="Another name")
    event = Event.objects.get(verb="season.changed")
    assert event.actor == organizer_of(season) and "Another name" not in str(event.facts)


def test_a_logo_is_drawn_anew_and_shown(organizer: Client, season: Season) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (900, 300), "teal").save(picture, "PNG")
    sent(organizer, season, logo_file=SimpleUploadedFile("logo.png", picture.getvalue()))
    season.refresh_from_db()
    logo: Any = organizer.get(reverse("season_logo", args=[season.slug]))
    assert Image.open(io.BytesIO(b"".join(logo.streaming_content))).size == (512, 171)
    assert "logo.png" in said(organizer.get(reverse("season_theme", args=[season.slug])))
    answer = sent(organizer, season, logo_file=SimpleUploadedFile("logo.svg", b"<svg onload='x'/>"))
    assert "not a picture" in said(answer)


# ---- the round's form ------------------------------------------------------------------------------------------------


def test_a_round_is_saved_unchanged(organizer: Client, season: Season) -> None:
    round_ = rounds_of(season)[0]
    before = list(Criterion.objects.filter(round=round_).values())
    assert sent(organizer, round_).status_code == 302
    assert list(Criterion.objects.filter(round=round_).values()) == before


def test_contradictions_of_a_round(organizer: Client, season: Season, subtests: pytest.Subtests) -> None:
    contradictions: list[tuple[int, dict[str, str], str]] = [
        (1, {"panel_weight": "0.6"}, "They must sum to 1"),
        (1, {"minimum_sheets": "9"}, "can&#x27;t reach 9 sheets"),
        (1, {"locks_at_0": "2020-01-01"}, "after the round opens"),
        (1, {"closes_at_0": "2099-01-01"}, "closes after round 2 opens"),
        (1, {"cut_lowest": "10", "cut_highest": "10"}, "round 2 lets through"),
        (2, {"cut_lowest": "101", "cut_highest": "101"}, "only 100 may come"),
        (2, {"opens_at_0": "2020-01-01"}, "before round 1 closes"),
        (2, {"number": "1"}, "Another round has this number"),
        (3, {"closes_at_0": "2099-01-01"}, "after the results"),
        (1, {"criteria-0-weight": "0.9"}, "weights of the criteria sum to 1.6"),
        (1, {"metrics-0-weight": "0.1"}, "weights of the metrics sum to 0.7"),
        (1, {f"criteria-{i}-DELETE": "on" for i in range(4)}, "there is no rubric"),
        (1, {"criteria-0-anchors_own": "very good"}, "Write a mark from 0 to 10"),
        (1, {"blend_method": "eurovision"}, "nobody knows yet how many enter"),
        (2, {"blend_method": "eurovision"}, "Up to 100 may enter"),
        (3, {"blend_method": "eurovision", "design": "balanced-random-k"}, "has to hear every entry"),
        (
            3,
            {"blend_method": "eurovision", "panel_weight": "0.6", "popularity_weight": "0.4"},
            "Leave both weights at 0.5",
        ),
    ]
    forms = {round_.number: (change_page(round_), form_of(organizer, round_)) for round_ in rounds_of(season)}
    for number, changes, message in contradictions:
        with subtests.test(message):
            page, form = forms[number]
            answer = organizer.post(page, form | changes)
            assert answer.status_code == 200
            assert message in said(answer)


def test_anchors_are_lines(organizer: Client, season: Season) -> None:
    round_ = rounds_of(season)[0]
    sent(organizer, round_, **{"criteria-0-anchors_own": "1: No\n9: Yes", "criteria-0-anchors_ja": "9：はい"})
    criterion = round_.criteria.get(key="song")
    assert criterion.anchors_in("en") == {"1": "No", "9": "Yes"}
    assert criterion.anchors_in("ja") == {"1": "No", "9": "はい"}


# ---- pages around it -------------------------------------------------------------------------------------------------


def test_a_season_from_a_preset_and_from_nothing(organizer: Client) -> None:
    page = reverse("new_season")
    values = {"name": "Festival 2028", "zone": "Europe/London", "starts_at": "2028-02-01T12:00"}
    for preset, slug, rounds in (("festival", "fest-28", 3), ("none", "bare-28", 0)):
        answer = organizer.post(page, {**values, "preset": preset, "slug": slug})
        made = Season.objects.get(slug=slug)
        assert answer["Location"] == change_page(made)
        assert made.rounds.count() == rounds
        assert made.entries_open_at.astimezone(rules_zone(made)).hour == 12
    answer = organizer.post(page, {**values, "preset": "festival", "slug": "fest-28"})
    assert answer.status_code == 422 and "Another season has this address" in said(answer)


def test_what_it_asks_of_people(organizer: Client, season: Season) -> None:
    answer = organizer.get(reverse("ask", args=[season.slug]), {"entries": 5000, "judges": 26, "minutes": 3})
    assert "577 listens each, 29 hours" in said(answer)
    assert organizer.get(reverse("ask", args=[season.slug]), {"judges": "none"}).status_code == 200


def test_opening_says_what_is_missing_and_where(organizer: Client, season: Season) -> None:
    season.terms.all().delete()
    Round.objects.filter(season=season, number=2).update(cut_lowest=500, cut_highest=500)
    text = said(organizer.get(reverse("open_season", args=[season.slug])))
    assert "Add the terms" in text and change_page(season) in text
    assert reverse("round_setup", args=[season.slug, 2]) in text
    organizer.post(reverse("open_season", args=[season.slug]), {"sure": "yes"})
    season.refresh_from_db()
    assert season.opened_at is None


def test_opening_asks_first(organizer: Client, season: Season) -> None:
    page = reverse("open_season", args=[season.slug])
    assert organizer.post(page).status_code == 422
    assert organizer.post(page, {"sure": "yes"})["Location"] == reverse("season_rules", args=[season.slug])
    season.refresh_from_db()
    assert season.state == "open"
    assert season.rules_sha256 in said(organizer.get(reverse("season_rules", args=[season.slug])))


def test_home_names_the_next_step(organizer: Client, season: Season) -> None:
    assert "ready to open" in said(organizer.get(reverse("home")))
    season.terms.all().delete()
    assert "1 thing stands in the way" in said(organizer.get(reverse("home")))
    assert organizer.get(reverse("home"), {"season": a_season().slug}).status_code == 404


def test_the_outbox_releases_a_batch_and_keeps_those_of_a_cut(organizer: Client, season: Season) -> None:
    for batch in ("news", "cut:abc"):
        Mail.objects.create(
            to="a@example.com",
            subject=batch,
            text="Hi",
            season=season.slug,
            batch=batch,
            state="held",
            created_at=Event.objects.first().at,
        )
    release = reverse("release_mails", args=[season.slug])
    assert organizer.get(reverse("outbox", args=[season.slug])).status_code == 200
    for batch in ("news", "cut:abc", "nothing"):
        assert organizer.post(release, {"batch": batch}).status_code == 302
    assert dict(Mail.objects.values_list("batch", "state")) == {"news": "ready", "cut:abc": "held"}
    assert organizer.get(reverse("mail", args=[season.slug, Mail.objects.first().pk])).status_code == 200


def test_only_a_mail_that_failed_is_sent_again_and_once(organizer: Client, season: Season) -> None:
    row = Mail.objects.create(
        to="a@example.com", subject="news", text="Hi", season=season.slug, state="failed", error="refused", created_at=clock.now()
    )  # fmt: skip
    again = reverse("release_mails", args=[season.slug])
    for _ in range(2):
        assert organizer.post(again, {"again": str(row.pk)}).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.error) == ("ready", "")
    assert Event.objects.filter(verb="mail.sent_again").count() == 1
    Mail.objects.filter(pk=row.pk).update(state="failed", season="another")
    organizer.post(again, {"again": str(row.pk)})
    assert Mail.objects.get(pk=row.pk).state == "failed", "another season's mail"
