"""The words of the presets, in the three languages of the product."""

JAPAN = ("jp", {"en": "Japan", "ja": "日本", "ko": "일본"})
KOREA = ("kr", {"en": "Korea", "ja": "韓国", "ko": "한국"})
ELSEWHERE = ("other", {"en": "Elsewhere", "ja": "その他の地域", "ko": "그 밖의 지역"})
UNITED_KINGDOM = ("gb", {"en": "United Kingdom", "ja": "イギリス", "ko": "영국"})

GENRES = (
    "pop", "rock", "hip-hop", "r&b", "electronic", "folk", "jazz", "singer-songwriter", "metal", "classical", "other",
)  # fmt: skip

INDEPENDENT = {
    "en": "Are you independent: no contract with a label or a publisher for this track?",
    "ja": "この曲について、レーベルや音楽出版社と契約していませんか（インディペンデントですか）？",
    "ko": "이 곡에 대해 레이블이나 음악 출판사와 계약하지 않은 독립 아티스트인가요?",
}
ADULT = {
    "en": "Is everybody in the act 18 or older, or has a guardian agreed in writing?",
    "ja": "メンバー全員が18歳以上ですか。または、保護者が書面で同意していますか？",
    "ko": "모든 멤버가 만 18세 이상이거나 보호자가 서면으로 동의했나요?",
}
NEVER_RELEASED_BY_LABEL = {
    "en": "Did you and your co-writers make this track yourselves, and do they know that you enter it?",
    "ja": "この曲は自分と共作者だけで作ったもので、共作者は応募することを知っていますか？",
    "ko": "이 곡은 본인과 공동 작가가 직접 만들었고, 공동 작가도 참가 사실을 알고 있나요?",
}
CAN_PLAY_LIVE = {
    "en": "Can you play a set of 20 minutes on the festival's dates?",
    "ja": "フェスティバルの日程で20分のステージができますか？",
    "ko": "페스티벌 일정에 20분 공연을 할 수 있나요?",
}

WELCOME = {
    "en": (
        "Enter your music. Be heard.",
        "Independent artists enter original tracks. Listeners and a panel of judges take them from the longlist to the winners.",
    ),
    "ja": (
        "あなたの音楽を、ここから。",
        "インディペンデントのアーティストがオリジナル曲で応募します。リスナーと審査員が、ロングリストから受賞者までを選びます。",
    ),
    "ko": (
        "당신의 음악을 들려주세요.",
        "독립 아티스트가 직접 만든 곡으로 참가해요. 리스너와 심사위원이 롱리스트부터 수상자까지 함께 골라요.",
    ),
}

TERMS = {
    "en": """1. Your music stays yours. You keep all rights in your track and your recording.
2. You allow us to stream the track on this site and in its embeds while the season runs, and to show your artist page, title and artwork. This ends when you withdraw the track.
3. Fans may make videos with your track only if you allow it when you enter it, and only as far as the licence that you choose says.
4. You confirm that the track is original, that you and your co-writers hold the rights in it, and that you told us truthfully about samples, covers and the use of AI. A false statement can end your entry.
5. One person decides about each entry in clearance, with reasons that you can read. You can withdraw until judging of your track begins.
6. Rankings follow the rules of this season, which are published before it opens and can't be changed afterwards. Decisions on who advances are made by two people.
7. We keep your contact data for the season and hand it to a partner only if you agree. You can ask for a copy or for erasure at any time; marks without a name stay.""",
    "ja": """1. 音楽はあなたのものです。楽曲と録音に関する権利はすべてあなたに残ります。
2. シーズン中、このサイトと埋め込みプレーヤーでの配信、およびアーティストページ・曲名・アートワークの表示を許可していただきます。曲を取り下げると、この許可は終わります。
3. ファンが曲を動画に使えるのは、応募時にあなたが許可した場合だけで、選んだライセンスの範囲に限ります。
4. 曲がオリジナルであること、あなたと共作者が権利を持つこと、サンプリング・カバー・AIの使用について正しく申告したことを確認していただきます。虚偽があった場合、応募を取り消すことがあります。
5. クリアランスでは担当者が応募を1件ずつ確認し、理由とともに結果をお知らせします。審査が始まるまでは取り下げることができます。
6. 順位はこのシーズンのルールに従います。ルールは開始前に公開され、その後は変更されません。通過者は2名の担当者が決定します。
7. 連絡先はシーズンのために保管し、同意がある場合に限りパートナーに渡します。データの写しや消去はいつでも請求できます。名前のない採点は残ります。""",
    "ko": """1. 음악은 당신의 것이에요. 곡과 녹음에 대한 모든 권리는 당신에게 남아요.
2. 시즌 동안 이 사이트와 임베드 플레이어에서 곡을 스트리밍하고, 아티스트 페이지와 제목, 아트워크를 보여 주는 것을 허락해요. 곡을 철회하면 이 허락도 끝나요.
3. 팬은 참가할 때 당신이 허락한 경우에만, 선택한 라이선스의 범위 안에서 곡을 영상에 쓸 수 있어요.
4. 곡이 창작곡이며 당신과 공동 작가가 권리를 가지고 있고, 샘플과 커버, AI 사용을 사실대로 알렸음을 확인해요. 사실과 다르면 참가가 취소될 수 있어요.
5. 클리어런스에서 담당자가 참가작을 하나씩 확인하고 이유와 함께 결과를 알려 드려요. 심사가 시작되기 전까지 철회할 수 있어요.
6. 순위는 이 시즌의 규칙을 따라요. 규칙은 시작 전에 공개되고 그 뒤에는 바뀌지 않아요. 누가 통과하는지는 두 사람이 결정해요.
7. 연락처는 시즌을 위해 보관하고, 동의한 경우에만 파트너에게 전달해요. 사본이나 삭제는 언제든 요청할 수 있어요. 이름 없는 점수는 남아요.""",
}
