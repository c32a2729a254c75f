import io
from pathlib import Path

import pytest
from PIL import Image

from series.formats import cards
from series.formats.cards import Card, Face

CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
FACES = (Face(str(CJK)),) if CJK.exists() else ()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def color(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (10, 20, 200)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "title",
    [
        "",
        "The ferry had one piano and it was locked",
        "波の音は、最後に消した",
        "은하수를 고치는 방법",
        "x" * 400,
    ],
)
def test_a_card_is_a_picture_of_1200_by_630(title: str) -> None:
    image = opened(cards.share_card(Card(title, "Artist", "Off the Record", brand=(242, 181, 29)), FACES))
    assert (image.format, image.size) == ("JPEG", (1200, 630))
    red, green, blue = color(image, 20, 300)
    assert red > 220 and 160 < green < 200 and blue < 60


def test_the_picture_stands_at_the_right() -> None:
    image = opened(cards.share_card(Card("Title", picture=picture()), FACES))
    assert color(image, 1000, 300)[2] > 150


def test_an_unreadable_picture_leaves_the_paper() -> None:
    assert opened(cards.share_card(Card("Title", picture=b"no picture"), FACES)).size == (1200, 630)


def test_artwork_is_square_and_large_enough() -> None:
    assert opened(cards.artwork(Card("Off the Record"), FACES)).size == (1400, 1400)


def test_different_words_give_different_pictures_and_equal_ones_the_same() -> None:
    assert cards.share_card(Card("One"), FACES) == cards.share_card(Card("One"), FACES)
    assert cards.share_card(Card("One"), FACES) != cards.share_card(Card("Two"), FACES)


def test_no_line_begins_with_a_closing_mark() -> None:
    lines = cards._setting(FACES, 40).wrap("波の音は、最後に消した。" * 4, 300)
    assert len(lines) > 3
    assert not any(line[0] in cards.NEVER_FIRST for line in lines)
    assert "".join(lines) == "波の音は、最後に消した。" * 4
