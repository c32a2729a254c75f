from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.formats import hashtags

WRITTEN = [
    "#OfftheRecord",
    "#offtherecord",
    "＃ＯｆｆｔｈｅＲｅｃｏｒｄ",
    "OFFTHERECORD",
    " #Off the Record ",
    "off the record",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_width_case_and_spaces_make_no_difference(text: str) -> None:
    assert hashtags.tag_key(text) == "offtherecord"


def test_different_tags_differ_and_signs_alone_are_none() -> None:
    assert hashtags.tag_key("#OfftheRecords") != hashtags.tag_key("#OfftheRecord")
    assert hashtags.tag_key("#") == hashtags.tag_key("＃") == ""


def test_half_width_kana_and_composed_hangul_are_the_same_tag() -> None:
    assert hashtags.tag_key("#ｵﾌﾚｺ") == hashtags.tag_key("#オフレコ")
    assert hashtags.tag_key("#오프더레코드") == hashtags.tag_key("#오프더레코드")


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Watch #OfftheRecord now, #offTHErecord again.", ["OfftheRecord"]),
        ("新曲です＃オフレコ を見て #まばたき信号！", ["オフレコ", "まばたき信号"]),
        ("오늘 공개! #오프더레코드 #고장난별", ["오프더레코드", "고장난별"]),
        ("see https://example.test/#top and R&#39;s and C# and a#b", []),
        ("#2024 is no tag, #2024kpop is", ["2024kpop"]),
        ("##double and # alone", []),
    ],
)
def test_hashtags_are_found_in_text(text: str, tags: Any) -> None:
    assert hashtags.extract(text) == tags


@pytest.mark.parametrize(
    ("text", "answer"),
    [("#a", True), ("오프", True), ("a b", False), ("#12", False), ("#", False), ("a-b", False)],
)
def test_what_is_a_hashtag(text: str, answer: Any) -> None:
    assert hashtags.is_hashtag(text) is answer


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(text: str) -> None:
    key = hashtags.tag_key(text)
    assert hashtags.tag_key(key) == key


@given(st.text(max_size=80))
def test_everything_that_is_found_is_a_hashtag(text: str) -> None:
    assert all(hashtags.is_hashtag(tag) for tag in hashtags.extract(text))
