"""Clock, event log, outbox, files and uploads."""

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction

from spotlight.ledger import clock, events, files, mail, uploads, work
from spotlight.ledger.models import Clock, Event, Mail, StoredFile
from spotlight.ledger.tasks import tidy
from tests.making import make_person

pytestmark = pytest.mark.django_db


def test_the_clock_moves_only_where_it_may() -> None:
    before = clock.now()
    clock.move_by(datetime.timedelta(days=3))
    assert datetime.timedelta(days=3) <= clock.now() - before < datetime.timedelta(days=3, minutes=1)
    Clock.objects.update(offset=datetime.timedelta(0), movable=False)
    with pytest.raises(clock.ClockFixed):
        clock.move_by(datetime.timedelta(days=1))
    with pytest.raises(DatabaseError, match="clock_moves_only_if_movable"), transaction.atomic():
        Clock.objects.update(offset=datetime.timedelta(days=1))


def test_the_application_can_not_make_its_clock_movable(as_app_role: None) -> None:
    with pytest.raises(DatabaseError, match="owner"), transaction.atomic():
        Clock.objects.update(movable=False)


def test_what_killed_programs_left_half_written_goes_after_two_days(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    left, fresh = files.scratch(".csv.gz"), files.scratch(".m4a")
    for path in (left, fresh):
        path.write_bytes(b"half")
    before = left.stat().st_mtime - files.LEFT_AFTER - 60
    os.utime(left, (before, before))
    tidy()
    assert (left.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_event SET verb = 'x'", "DELETE FROM ledger_event", "TRUNCATE ledger_event"]
)
def test_the_event_log_only_grows(as_app_role: None, statement: str) -> None:
    events.log("test.done", "thing:1", by=make_person(), season="spring", number=3)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().facts == {"number": 3}


def test_what_libraries_send_lands_in_the_outbox_and_is_delivered_once() -> None:
    person = make_person()
    assert person.user is not None
    EmailMessage("Hello", "Text", to=[person.user.email]).send()
    row = Mail.objects.get()
    assert (row.person, row.state) == (person, "ready")
    work.run_due()
    row.refresh_from_db()
    assert row.state == "sent"
    sent_at = row.sent_at
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.sent_at == sent_at


def test_bytes_are_kept_under_a_name_of_ours(tmp_path: Path) -> None:
    source = tmp_path / "x.wav"
    source.write_bytes(b"RIFF")
    stored = files.keep(
        source, kind=StoredFile.Kind.ORIGINAL, media_type="audio/wav", name="../../evil.wav", suffix=".wav"
    )
    assert not source.exists()
    assert files.absolute(stored).read_bytes() == b"RIFF"
    assert ".." not in stored.path and "evil" not in stored.path
    assert stored.sha256 == hashlib.sha256(b"RIFF").hexdigest()


def test_an_upload_goes_on_where_it_stopped() -> None:
    upload = uploads.begin(owner=make_person(), purpose="t:1", name="歌.wav", size=10, limit=100)
    upload = uploads.append(upload, offset=0, chunk=b"01234")
    for wrong in (0, 4, 6):
        with pytest.raises(uploads.WrongOffset):
            uploads.append(upload, offset=wrong, chunk=b"5")
    with pytest.raises(uploads.UploadTooLarge):
        uploads.append(upload, offset=5, chunk=b"567890")
    with pytest.raises(uploads.WrongOffset):
        uploads.finish(upload, kind=StoredFile.Kind.ORIGINAL, media_type="audio/wav")
    upload = uploads.append(upload, offset=5, chunk=b"56789")
    first = uploads.finish(upload, kind=StoredFile.Kind.ORIGINAL, media_type="audio/wav")
    assert first == uploads.finish(upload, kind=StoredFile.Kind.ORIGINAL, media_type="audio/wav")
    assert files.absolute(first).read_bytes() == b"0123456789"
    assert first.name == "歌.wav"


def test_too_large_is_said_before_anything_is_sent() -> None:
    with pytest.raises(uploads.UploadTooLarge, match="At most 1 MB"):
        uploads.begin(owner=make_person(), purpose="t:1", name="x.wav", size=2 * 2**20, limit=2**20)


@pytest.mark.django_db
def test_a_mail_that_is_handed_over_twice_is_one_mail_to_its_reader(
    settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    settings.MAILERS = settings.MAILERS | {
        "delivery": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    }
    made = [
        Mail.objects.create(to="a@example.test", subject="A", text="A", created_at=clock.now()) for _ in "ab"
    ]
    for one in made:
        mail.deliver(one.pk)
        Mail.objects.filter(pk=one.pk).update(
            state=Mail.State.READY
        )  # the process died before it could say so
        mail.deliver(one.pk)
    numbers = [message.message()["Message-ID"] for message in mailoutbox]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]
