"""Artist pages: names in three scripts, addresses, links, photos."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from spotlight.ledger import files
from submissions.models import Artist
from submissions.models.search_key import fold, search_key
from submissions.services.artists import create_artist, edit_artist
from tests.making import make_person, make_season
from tests.submissions.portal import make_draft, make_own_artist, member, picture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ｙonagi  ", "yonagi"),
        ("ヨナギ", "よなぎ"),
        ("ﾖﾅｷﾞ", "よなぎ"),
        ("Beyoncé STRASSE ß", "beyonce strasse ss"),
        ("새벽공장", "새벽공장"),
        ("새벽공장", "새벽공장"),
        ("がっこう", "がっこう"),
        ("夜凪\n\t夜", "夜凪 夜"),
    ],
)
def test_names_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_key_holds_each_name_once() -> None:
    assert search_key("夜凪", "Yonagi", "", "ヨナギ", "yonagi") == "夜凪\nyonagi\nよなぎ"


def test_the_address_comes_from_the_romanized_name_and_stays() -> None:
    person = make_person()
    artist = make_own_artist(person)
    assert artist.slug == "yonagi"
    assert make_own_artist().slug == "yonagi-2"
    edit_artist(artist, by=person, links=[], name_romanised="Evening Calm")
    artist.refresh_from_db()
    assert artist.slug == "yonagi"
    assert "evening calm" in artist.search_key


def test_a_name_without_latin_letters_has_an_address_too() -> None:
    first, second = (create_artist(by=make_person(), name="夜凪") for _ in range(2))
    assert [first.slug, second.slug] == ["artist", "artist-2"]


def test_many_of_one_name_all_find_an_address() -> None:
    slugs = {create_artist(by=make_person(), name="Aoi").slug for _ in range(9)}
    assert len(slugs) == 9


def test_a_new_name_is_found_through_the_tracks_too() -> None:
    draft = make_draft()
    edit_artist(draft.artist, by=member(draft.artist), links=[], name="朝凪", name_reading="あさなぎ")
    draft.track.refresh_from_db()
    assert "あさなぎ" in draft.track.search_key.split("\n")


@pytest.fixture
def signed_in(client: Client) -> Client:
    user = make_person().user
    assert user
    client.force_login(user)
    return client


DATA = {"name": "夜凪", "name_romanised": "Yonagi", "language": "ja"}


def test_the_editor_makes_and_changes_a_page(signed_in: Client) -> None:
    made = signed_in.post(
        "/submit/artist/",
        {**DATA, "link-1": "https://yonagi.example/a", "link-2": "https://yonagi.example/a"},
    )
    assert made.status_code == 302
    artist = Artist.objects.get()
    assert [(link.url, link.label) for link in artist.links.all()] == [
        ("https://yonagi.example/a", "yonagi.example")
    ]
    signed_in.post(f"/submit/artist/{artist.slug}/", {**DATA, "about": "Songs of the sea."})
    artist.refresh_from_db()
    assert artist.about == "Songs of the sea."
    assert artist.links.count() == 0


def test_the_way_back_leads_to_an_entry_of_ones_own_alone(client: Client) -> None:
    draft, other = make_draft(), make_draft(make_season("another"))
    user = member(draft.artist).user
    assert user
    client.force_login(user)
    for address in ("/submit/artist/", f"/submit/artist/{draft.artist.slug}/"):
        for code, way in (
            (draft.code, f"/submit/{draft.code}/"),
            (other.code, "/me/"),
            ("25:61 \u0661\u00b2", "/me/"),
        ):
            page = client.get(address, {"entry": code})
            assert page.status_code == 200
            assert f'class="btn" href="{way}"' in page.content.decode(), (address, code)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/", "not a link"])
def test_only_web_addresses_are_links(signed_in: Client, url: str) -> None:
    answer = signed_in.post("/submit/artist/", {**DATA, "link-1": url})
    assert (answer.status_code, Artist.objects.count()) == (400, 0)


def test_a_photo_is_drawn_anew_and_shown_to_its_owner_only(signed_in: Client) -> None:
    signed_in.post("/submit/artist/", {**DATA, "photo_file": SimpleUploadedFile("me.png", picture())})
    artist = Artist.objects.select_related("photo").get()
    assert artist.photo
    assert files.absolute(artist.photo).read_bytes()[:3] == b"\xff\xd8\xff"
    assert signed_in.get("/media/photos/yonagi.jpg").status_code == 200
    assert Client().get("/media/photos/yonagi.jpg").status_code == 404


def test_what_is_no_picture_is_said_at_the_field(signed_in: Client) -> None:
    answer = signed_in.post(
        "/submit/artist/", {**DATA, "photo_file": SimpleUploadedFile("me.png", b"<svg onload=alert(1)>")}
    )
    assert answer.status_code == 400
    assert "not a picture" in answer.content.decode()
    assert not Artist.objects.exists()
