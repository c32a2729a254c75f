"""Invented artists and titles, each in its own script with a reading: nobody real is meant. Pure and seeded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random


@dataclass(frozen=True)
class Name:
    """A name as written, as read, and in Latin letters; `language` is en, ja or ko."""

    text: str
    reading: str
    romanised: str
    language: str


Word = tuple[str, str, str]

JAPANESE_FIRST: Sequence[Word] = (
    ("硝子", "がらす", "Garasu"), ("夜汽車", "よぎしゃ", "Yogisha"), ("潮待ち", "しおまち", "Shiomachi"), ("紙", "かみ", "Kami"),
    ("団地", "だんち", "Danchi"), ("灯台", "とうだい", "Todai"), ("雨宿り", "あまやどり", "Amayadori"), ("渡り鳥", "わたりどり", "Wataridori"),
    ("真昼", "まひる", "Mahiru"), ("北窓", "きたまど", "Kitamado"), ("切符", "きっぷ", "Kippu"), ("風見", "かざみ", "Kazami"),
    ("縁日", "えんにち", "Ennichi"), ("半月", "はんげつ", "Hangetsu"), ("坂道", "さかみち", "Sakamichi"), ("薄荷", "はっか", "Hakka"),
)  # fmt: skip
JAPANESE_SECOND: Sequence[Word] = (
    ("温室", "おんしつ", "Onshitsu"), ("時計", "どけい", "Dokei"), ("放送局", "ほうそうきょく", "Hosokyoku"), ("標本", "ひょうほん", "Hyohon"),
    ("自転車", "じてんしゃ", "Jitensha"), ("観測所", "かんそくじょ", "Kansokujo"), ("食堂", "しょくどう", "Shokudo"), ("図鑑", "ずかん", "Zukan"),
    ("郵便", "ゆうびん", "Yubin"), ("商店", "しょうてん", "Shoten"),
)  # fmt: skip
KOREAN_FIRST: Sequence[Word] = (
    ("새벽", "새벽", "Saebyeok"), ("유리", "유리", "Yuri"), ("골목", "골목", "Golmok"), ("이층", "이층", "Icheung"),
    ("우산", "우산", "Usan"), ("달빛", "달빛", "Dalbit"), ("남쪽", "남쪽", "Namjjok"), ("연필", "연필", "Yeonpil"),
    ("파도", "파도", "Pado"), ("옥상", "옥상", "Oksang"), ("구름", "구름", "Gureum"), ("첫눈", "첫눈", "Cheotnun"),
)  # fmt: skip
KOREAN_SECOND: Sequence[Word] = (
    ("공장", "공장", "Gongjang"), ("온실", "온실", "Onsil"), ("우체국", "우체국", "Ucheguk"), ("정류장", "정류장", "Jeongnyujang"),
    ("상점", "상점", "Sangjeom"), ("극장", "극장", "Geukjang"), ("일기", "일기", "Ilgi"), ("편지", "편지", "Pyeonji"),
)  # fmt: skip
ENGLISH_FIRST = (
    "Tangerine", "Paper", "Quiet", "Borrowed", "Second-hand", "Northbound", "Velvet", "Half-lit", "Copper", "Sunday",
)  # fmt: skip
ENGLISH_SECOND = (
    "Ferry", "Turnstile", "Lighthouse", "Orchard", "Switchboard", "Almanac", "Staircase", "Telegraph", "Aquarium", "Crossing",
)  # fmt: skip

JAPANESE_TITLES: Sequence[Word] = (
    ("潮どけい", "しおどけい", "Tide Clock"), ("終電のあと", "しゅうでんのあと", "After the Last Train"), ("窓際の海", "まどぎわのうみ", "Sea by the Window"),
    ("夏の残高", "なつのざんだか", "What Is Left of Summer"), ("また雨の日に", "またあめのひに", "Again on a Rainy Day"), ("水曜の星", "すいようのほし", "Wednesday Star"),
    ("帰り道の灯", "かえりみちのひ", "Lamps on the Way Home"), ("ひとつ先の駅", "ひとつさきのえき", "One Station Further"), ("薄い朝", "うすいあさ", "Thin Morning"),
    ("返事のない手紙", "へんじのないてがみ", "Letter without Reply"), ("青い踏切", "あおいふみきり", "Blue Crossing"), ("屋上の約束", "おくじょうのやくそく", "Rooftop Promise"),
)  # fmt: skip
KOREAN_TITLES: Sequence[Word] = (
    ("이층버스", "이층버스", "Double-decker"), ("너의 정류장", "너의 정류장", "Your Stop"), ("젖은 우산", "젖은 우산", "Wet Umbrella"),
    ("열두 번째 골목", "열두 번째 골목", "Twelfth Alley"), ("느린 파도", "느린 파도", "Slow Waves"), ("불 꺼진 극장", "불 꺼진 극장", "Dark Theatre"),
    ("첫차를 기다리며", "첫차를 기다리며", "Waiting for the First Bus"), ("유리 온실", "유리 온실", "Glass Greenhouse"), ("반쪽 달", "반쪽 달", "Half a Moon"),
    ("겨울 연습", "겨울 연습", "Winter Practice"),
)  # fmt: skip
ENGLISH_TITLES = (
    "Harbour Lights Off", "Eleven Seconds", "Borrowed Piano", "Salt on the Radio", "Night Bus Mix", "The Clock Is Wrong",
    "Tin Roof Season", "Small Hours, Large Windows", "Carry the Fan Outside", "Postcard Weather", "Last Coin", "Leave the Hall Light",
)  # fmt: skip
TURNS = ("", "II", "(demo tape)", "(live in the kitchen)", "(late version)", "(for two voices)")


def artist_names(seed: int) -> Iterator[Name]:
    """Different artist names without end in sight of 240: five in twelve Japanese, four Korean, three English."""
    order = Random(seed)
    pools = {"ja": list(_japanese()), "ko": list(_korean()), "en": list(_english())}
    for pool in pools.values():
        order.shuffle(pool)
    turn = ("ja", "ko", "en", "ja", "ko", "ja", "en", "ja", "ko", "ja", "ko", "en")
    for number in range(sum(map(len, pools.values()))):
        language = turn[number % len(turn)]
        fallback = next((key for key in (language, "ja", "ko", "en") if pools[key]), None)
        if fallback is None:
            return
        yield pools[fallback].pop()


def titles(seed: int, language: str) -> Iterator[Name]:
    """Different titles in one language, first the plain ones."""
    order = Random(f"{seed}:{language}")
    words = {"ja": JAPANESE_TITLES, "ko": KOREAN_TITLES}.get(language)
    plain = (
        [Name(t, r, e, language) for t, r, e in words]
        if words
        else [Name(t, "", "", "en") for t in ENGLISH_TITLES]
    )
    for turn in TURNS:
        chosen = plain[:]
        order.shuffle(chosen)
        for name in chosen:
            suffix = f" {turn}" if turn else ""
            romanised = f"{name.romanised}{suffix}" if name.romanised else ""
            yield Name(name.text + suffix, name.reading, romanised, language)


def _japanese() -> Iterator[Name]:
    for (a, ra, la), (b, rb, lb) in product(JAPANESE_FIRST, JAPANESE_SECOND):
        yield Name(f"{a}{b}", f"{ra}{rb}", f"{la} {lb}", "ja")


def _korean() -> Iterator[Name]:
    for (a, ra, la), (b, rb, lb) in product(KOREAN_FIRST, KOREAN_SECOND):
        yield Name(f"{a} {b}", f"{ra} {rb}", f"{la} {lb}", "ko")


def _english() -> Iterator[Name]:
    for a, b in product(ENGLISH_FIRST, ENGLISH_SECOND):
        yield Name(f"{a} {b}", "", "", "en")
