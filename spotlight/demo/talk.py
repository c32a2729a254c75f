"""What is said in the demo's interviews: questions and answers in three languages, timed as captions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

Line = dict[str, str]
Exchange = tuple[Line, Line]

EXCHANGES: Sequence[Exchange] = (
    (
        {"en": "Where did the album begin?", "ja": "アルバムはどこから始まりましたか。", "ko": "앨범은 어디서 시작됐나요?"},
        {
            "en": "In a laundry room. The machine had a rhythm, and I sang over it until the cycle ended.",
            "ja": "コインランドリーです。洗濯機のリズムに合わせて、終わるまで歌っていました。",
            "ko": "빨래방이요. 세탁기 리듬에 맞춰 끝날 때까지 노래했어요.",
        },
    ),
    (
        {"en": "How did you choose the single?", "ja": "シングルはどう選びましたか。", "ko": "싱글은 어떻게 골랐어요?"},
        {
            "en": "We played all nine songs to the neighbor. She asked for one of them again. That was it.",
            "ja": "九曲全部を隣の人に聴いてもらって、もう一度と言われた曲にしました。",
            "ko": "아홉 곡을 모두 옆집에 들려줬어요. 한 번 더 틀어 달라는 곡으로 정했죠.",
        },
    ),
    (
        {"en": "Which song nearly got lost?", "ja": "消えかけた曲はありますか。", "ko": "사라질 뻔한 곡이 있나요?"},
        {
            "en": "The last one. The phone fell into the harbor with the only recording. I wrote it down from memory.",
            "ja": "最後の曲です。録音した電話が港に落ちて、記憶だけで書き直しました。",
            "ko": "마지막 곡이요. 녹음한 휴대폰이 항구에 빠져서 기억으로 다시 썼어요.",
        },
    ),
    (
        {"en": "What is the strange sound in the second verse?", "ja": "二番のあの不思議な音は何ですか。", "ko": "2절의 그 이상한 소리는 뭐예요?"},
        {
            "en": "A bicycle bell under a pillow, slowed down. It took one evening and all our patience.",
            "ja": "枕の下の自転車のベルを遅くした音です。一晩と、根気の全部がかかりました。",
            "ko": "베개 밑 자전거 벨을 느리게 돌린 거예요. 하룻밤과 인내심이 다 들었죠.",
        },
    ),
    (
        {"en": "When did you know it was finished?", "ja": "完成したと、いつわかりましたか。", "ko": "다 됐다는 걸 언제 알았어요?"},
        {
            "en": "When we stopped arguing about the bridge and went out for noodles.",
            "ja": "間奏のことで言い合うのをやめて、みんなで麺を食べに行ったときです。",
            "ko": "브리지 때문에 다투는 걸 멈추고 다 같이 국수 먹으러 갔을 때요.",
        },
    ),
    (
        {"en": "Who heard it first?", "ja": "最初に聴いたのは誰ですか。", "ko": "누가 제일 먼저 들었어요?"},
        {
            "en": "My grandmother, through a kitchen radio. She said the drums were polite.",
            "ja": "祖母です。台所のラジオで。ドラムが礼儀正しいと言っていました。",
            "ko": "할머니요. 부엌 라디오로요. 드럼이 예의 바르다고 하셨어요.",
        },
    ),
    (
        {"en": "What would you change today?", "ja": "今なら何を変えますか。", "ko": "지금이라면 뭘 바꾸겠어요?"},
        {
            "en": "Nothing on the record. I would sleep more while making it.",
            "ja": "音は何も。作っている間に、もう少し眠ります。",
            "ko": "음반은 그대로요. 만드는 동안 좀 더 잘 거예요.",
        },
    ),
    (
        {"en": "And what comes next?", "ja": "次は何をしますか。", "ko": "다음은 뭐예요?"},
        {
            "en": "A small room, good chairs, and these songs once around the coast.",
            "ja": "小さな部屋といい椅子、そしてこの曲たちと海沿いを一周します。",
            "ko": "작은 방, 좋은 의자, 그리고 이 노래들과 해안을 한 바퀴 돌 거예요.",
        },
    ),
)  # fmt: skip
PACE = {"en": 15.0, "ja": 8.0, "ko": 8.5}
"""Characters a second."""
TITLES = {
    "en": "How {album} came together", "ja": "『{album}』ができるまで", "ko": "《{album}》이 만들어지기까지",
}  # fmt: skip
SUMMARIES = {
    "en": "{artist} on where {album} began, which song nearly got lost, and how the single was chosen.",
    "ja": "{artist}が語る『{album}』の始まり、消えかけた一曲、そしてシングルの選び方。",
    "ko": "{artist}, 《{album}》의 시작과 사라질 뻔한 한 곡, 싱글을 고른 이야기.",
}
CHAPTERS = {
    "en": ("Hello", "How it began", "What nearly got lost"),
    "ja": ("はじめに", "始まり", "消えかけたもの"),
    "ko": ("인사", "시작", "사라질 뻔한 것"),
}


@dataclass(frozen=True)
class Said:
    """One caption: from, to (seconds), who (0 asks, 1 answers), and the words by language."""

    start: float
    end: float
    speaker: int
    words: Line


def interview(seed: str, language: str, *, exchanges: int = 4) -> list[Said]:
    """A talk of some 40 seconds, timed by how long its words take in the language spoken."""
    chosen = [*sorted(Random(seed).sample(range(len(EXCHANGES) - 1), exchanges - 1)), len(EXCHANGES) - 1]
    said, at = [], 2.5
    for number in chosen:
        for speaker, words in enumerate(EXCHANGES[number]):
            length = max(1.8, len(words[language]) / PACE[language])
            said.append(Said(round(at, 2), round(at + length, 2), speaker, words))
            at += length + (0.35 if speaker == 0 else 0.9)
    return said


def captions(said: Sequence[Said], language: str) -> str:
    """The talk as WebVTT."""
    cues = [
        f"{_stamp(one.start)} --> {_stamp(one.end)}\n{'– ' if one.speaker == 0 else ''}{one.words[language]}"
        for one in said
    ]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def _stamp(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"00:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
