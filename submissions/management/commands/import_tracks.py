"""`manage.py import_tracks FOLDER --season SLUG`."""

import csv
import hashlib
from argparse import ArgumentParser
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import work
from spotlight.ledger.models import WorkRow
from submissions import audio
from submissions.jobs.processing import process_track
from submissions.models import Role, Season, Submission
from submissions.queries.processing import refusal_sentence
from submissions.services import collected
from submissions.services.collected import Collected

ENDINGS = {".wav", ".flac", ".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus"}
CHECKS_AT_ONCE = 2
REASON = "Collected outside of Spotlight; the artists declared rights and eligibility there."


@dataclass
class Line:
    """What became of one file."""

    file: str
    outcome: str = ""
    code: str = ""
    artist: str = ""
    title: str = ""
    seconds: str = ""
    reason: str = ""


class Command(BaseCommand):
    """Enter a folder of audio files that a program collected elsewhere."""

    help = (
        "Enter the audio files of a folder into a season, with what their tags say. "
        "Run it again to go on: no file is entered twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder and its season; what to take where tags are silent; who enters, and why."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--season", required=True, help="address of the season")
        parser.add_argument(
            "--by", default="", help="e-mail address of the organizer; the season's first if left out"
        )
        parser.add_argument(
            "--reason", default=REASON, help="why the organizer enters them; goes into the event log"
        )
        parser.add_argument("--market", default="", help="market such as jp; the season's first if left out")
        parser.add_argument(
            "--language", default=collected.NO_WORDS, help="language where the tags name none"
        )
        parser.add_argument("--report", type=Path, help="where the report goes (CSV)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take all in, then write the report."""
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        season = Season.objects.filter(slug=options["season"]).first()
        if season is None:
            raise CommandError(f"There is no season with the address {options['season']}.")
        self.options, self.season, self.by = options, season, _organizer(season, options["by"])
        lines = self._take_all(sorted(p for p in folder.rglob("*") if p.is_file()), folder)
        self._report(lines, options["report"] or settings.STATE_DIR / "reports" / f"import-{season.slug}.csv")

    def _take_all(self, paths: list[Path], folder: Path) -> list[Line]:
        lines: list[Line] = []
        running: list[tuple[Line, Submission, Future[None]]] = []
        with ThreadPoolExecutor(CHECKS_AT_ONCE) as checkers:
            for number, path in enumerate(paths, 1):
                line = Line(str(path.relative_to(folder)))
                lines.append(line)
                if (taken := self._take(path, line)) is not None:
                    running.append((line, taken[0], checkers.submit(_check, *taken)))
                while len(running) > CHECKS_AT_ONCE:
                    self._finish(*running.pop(0))
                self.stdout.write(f"{number} of {len(paths)}: {line.file} {line.outcome}".rstrip())
            for last in running:
                self._finish(*last)
        return lines

    def _take(self, path: Path, line: Line) -> tuple[Submission, WorkRow | None] | None:
        """A draft of the file, whose audio is to be checked; None if there is nothing to do, with the reason in `line`."""
        if path.suffix.lower() not in ENDINGS:
            line.outcome, line.reason = "left alone", "not an audio file by its name"
            return None
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        before = collected.entry_of_file(self.season, digest)
        if before is not None:
            return _go_on(before, line)
        try:
            market, language = self.options["market"], self.options["language"]
            found = Collected(path, digest, audio.probe(path).tags, market=market, language=language)
            line.artist, line.title = found.tags.artist, found.tags.title or path.stem
            return collected.take_in(self.season, found, by=self.by, reason=self.options["reason"])
        except audio.Refusal as refusal:
            line.outcome = "refused"
            line.reason = str(refusal_sentence({"code": str(refusal.code), **refusal.params}))
        except SpotlightError as refusal:
            line.outcome, line.reason = "refused", str(refusal)
        return None

    def _finish(self, line: Line, submission: Submission, check: Future[None]) -> None:
        try:
            check.result()
            sent = collected.send(submission, by=self.by)
        except SpotlightError as refusal:
            line.outcome, line.reason = "refused", str(refusal)
            return
        except (audio.Interrupted, OSError) as problem:
            line.outcome, line.reason = "not done", f"run the command again: {problem}"
            return
        _describe(line, sent)
        line.outcome = "entered"

    def _report(self, lines: list[Line], path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as out:
            rows = csv.writer(out)
            rows.writerow(Line.__annotations__)
            rows.writerows(vars(line).values() for line in lines)
        for outcome, count in Counter(line.outcome for line in lines).items():
            self.stdout.write(f"{count} {outcome}")
        self.stdout.write(f"Report: {path}")


def _organizer(season: Season, email: str) -> Person:
    members = season.memberships.filter(role=Role.ORGANIZER, ended_at__isnull=True).order_by("pk")
    chosen = members.filter(person__user__email=email.lower()) if email else members
    member = chosen.select_related("person").first()
    if member is None:
        raise CommandError("Name an organizer of this season with --by.")
    return member.person


def _go_on(before: Submission, line: Line) -> tuple[Submission, WorkRow | None] | None:
    _describe(line, before)
    if before.state == Submission.State.DRAFT:
        return before, None
    line.outcome, line.reason = "entered before", "the same file is in the season"
    return None


def _describe(line: Line, submission: Submission) -> None:
    track = submission.track
    line.code, line.artist, line.title = track.code, submission.artist.name, track.title
    line.seconds = f"{track.duration_ms / 1000:.0f}" if track.duration_ms else ""


def _check(submission: Submission, leased: WorkRow | None) -> None:
    """Check the audio here, in a thread with a connection of its own."""
    try:
        if leased is not None:
            work.carry_leased(leased)
        else:
            process_track(submission.track.code, lambda share: None)
    finally:
        connection.close()
