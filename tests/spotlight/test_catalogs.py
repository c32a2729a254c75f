"""Our compiler of catalogs against Python's own reader."""

import gettext
import io
from pathlib import Path

from spotlight.catalogs import compile_all, compiled

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
CATALOG = (
    HEADER
    + """
# a comment
#: place.py:3
msgid "Play"
msgstr "再生"

#, python-format
msgid ""
"%(count)s plays "
"\\"today\\"\\n"
msgstr "今日の「%(count)s」\\n"

msgctxt "noun"
msgid "Play"
msgstr "戯曲"

msgid "%d track"
msgid_plural "%d tracks"
msgstr[0] "%d 曲"
msgstr[1] "%d 曲々"

#, fuzzy
msgid "Stop"
msgstr "まちがい"

msgid "Untold"
msgstr ""

#~ msgid "Old"
#~ msgstr "古い"
"""
)


def test_python_reads_what_was_compiled() -> None:
    read = gettext.GNUTranslations(io.BytesIO(compiled(CATALOG)))
    assert read.gettext("Play") == "再生"
    assert read.pgettext("noun", "Play") == "戯曲"
    assert read.gettext('%(count)s plays "today"\n') == "今日の「%(count)s」\n"
    assert [read.ngettext("%d track", "%d tracks", n) for n in (1, 2)] == ["%d 曲", "%d 曲々"]
    assert [read.gettext(text) for text in ("Stop", "Untold", "Old")] == ["Stop", "Untold", "Old"]


def test_only_what_changed_is_compiled(tmp_path: Path) -> None:
    source = tmp_path / "locale" / "ja" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOG)
    assert compile_all(tmp_path) == [source.with_suffix(".mo")]
    assert compile_all(tmp_path) == []
