"""The words of the presets' rounds, rubrics and prizes, in the three languages of the product."""

from typing import Any

LONGLIST = {"en": "Round one", "ja": "第1ラウンド", "ko": "1라운드"}
SHORTLIST = {"en": "Round two", "ja": "第2ラウンド", "ko": "2라운드"}
FINAL = {"en": "Final", "ja": "ファイナル", "ko": "파이널"}

SINGLE = {
    "en": "Production of a single, with studio and release",
    "ja": "シングル制作（スタジオとリリース込み）",
    "ko": "싱글 제작 (스튜디오와 발매 포함)",
}
STUDIO_WEEK = {"en": "A week in the studio", "ja": "スタジオ1週間", "ko": "스튜디오 일주일"}
MENTORING = {
    "en": "Mentoring by a producer",
    "ja": "プロデューサーによるメンタリング",
    "ko": "프로듀서 멘토링",
}
GRAND_PRIZE = {"en": "Grand prize", "ja": "大賞", "ko": "대상"}
EXCELLENCE = {"en": "Excellence prize", "ja": "優秀賞", "ko": "우수상"}
ENCOURAGEMENT = {"en": "Encouragement prize", "ja": "奨励賞", "ko": "장려상"}
STAGE_SLOT = {
    "en": "A slot on the main stage",
    "ja": "メインステージへの出演",
    "ko": "메인 스테이지 출연",
}

CRITERIA: dict[str, dict[str, Any]] = {
    "song": {
        "names": {"en": "Song", "ja": "楽曲", "ko": "곡"},
        "anchors": {
            "en": ("Ideas don't hold together", "Well made, soon forgotten", "Stays after one listen"),
            "ja": ("アイデアがまとまっていない", "よくできているが印象に残りにくい", "一度聴けば心に残る"),
            "ko": ("아이디어가 이어지지 않는다", "잘 만들었지만 금방 잊힌다", "한 번 들어도 남는다"),
        },
    },
    "performance": {
        "names": {"en": "Performance", "ja": "演奏・歌唱", "ko": "연주와 노래"},
        "anchors": {
            "en": ("Unsure, hides the song", "Secure, at a distance", "I believe every bar"),
            "ja": ("不安定で曲が伝わらない", "安定しているが距離がある", "すべての小節に説得力がある"),
            "ko": ("불안해서 곡이 가려진다", "안정적이지만 거리가 있다", "모든 마디가 믿긴다"),
        },
    },
    "sound": {
        "names": {"en": "Sound", "ja": "サウンド", "ko": "사운드"},
        "anchors": {
            "en": ("Gets in the song's way", "Clear, serves the song", "Could only sound like this"),
            "ja": ("曲の邪魔をしている", "明瞭で曲を支えている", "この音以外考えられない"),
            "ko": ("곡을 방해한다", "깨끗하고 곡을 받쳐 준다", "이 소리가 아니면 안 된다"),
        },
    },
    "originality": {
        "names": {"en": "Originality", "ja": "独自性", "ko": "독창성"},
        "anchors": {
            "en": (
                "I know whom it copies",
                "Familiar, with a turn of its own",
                "I haven't heard this before",
            ),
            "ja": ("何の模倣かすぐにわかる", "なじみのある中に独自の工夫がある", "今まで聴いたことがない"),
            "ko": ("누구를 따라 했는지 보인다", "익숙하지만 자기만의 한 수가 있다", "처음 듣는 음악이다"),
        },
    },
}
MARKS = ("2", "5", "8")


def criterion(key: str) -> dict[str, Any]:
    """The name and anchors of a criterion, as `Criterion` keeps them."""
    words = CRITERIA[key]
    names = words["names"]
    anchors: dict[str, Any] = dict(zip(MARKS, words["anchors"]["en"], strict=True))
    for language in ("ja", "ko"):
        anchors[language] = dict(zip(MARKS, words["anchors"][language], strict=True))
    return {"name": names["en"], "names": {"ja": names["ja"], "ko": names["ko"]}, "anchors": anchors}
