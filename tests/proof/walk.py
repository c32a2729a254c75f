"""The walk itself: sixty real tracks from upload to winners, by the same services and pages that everybody uses."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import sync_playwright

from judging.jobs import proof
from judging.models import Award, Decision, Proof, Round, ScoreSheet, Standing
from judging.services.panel import accept_confidentiality
from judging.services.presets import create_from_preset
from series import services as series_services
from spotlight.accounts.models import User
from spotlight.demo import calendar, cast, crowd, films, panel, people, rounds, setup
from spotlight.ledger import clock, seals, work
from spotlight.ledger.models import WorkRow
from submissions.models import Play, Season, Submission, Track
from submissions.services import clearance, entries, roles
from submissions.services.seasons import open_season
from tests.conftest import BROWSER_OPTIONS, BROWSERS
from tests.proof import music
from tests.proof.browser import PASSWORD, Visitor

JUDGES = 8
SLUG = "proof"
CUTS = ((24, 24), (12, 12), (5, 10))
BY_KEYBOARD = 3
ARTIST = "driftwood@example.test"


class Walk:
    """All steps in order, each timed for the report."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self.base, self.shots = folder, base, folder / "shots"
        self.shots.mkdir(parents=True, exist_ok=True)
        self.times: list[tuple[str, float]] = []
        self.facts: dict[str, object] = {}
        self.problems: list[str] = []

    def run(self) -> None:
        """Walk, then write the report."""
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        options = [*BROWSER_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        with sync_playwright() as playwright:
            self.browser = playwright.chromium.launch(executable_path=found, args=options)
            steps: list[tuple[str, Callable[[], None]]] = [
                ("Music fetched", self.fetch), ("Season set up and opened", self.set_up), ("Folder imported", self.collect),
                ("Three uploaded by hand", self.by_hand), ("All cleared", self.clear), ("Listened", self.listen),
                ("Readings imported", self.readings), ("Round one", lambda: self.round(1)), ("Round two", lambda: self.round(2)),
                ("Final", lambda: self.round(3)), ("Prizes and results", self.results), ("Episode", self.episode),
                ("Proof verified", self.verified),
            ]  # fmt: skip
            for name, step in steps:
                began = time.monotonic()
                step()
                self.times.append((name, time.monotonic() - began))
                print(f"{name}: {self.times[-1][1]:.0f} s", flush=True)
            self.browser.close()
        self.report()

    def visitor(self, email: str = "", *, phone: bool = False) -> Visitor:
        """A browser of their own for somebody."""
        made = Visitor(self.browser, self.base, self.shots, phone=phone)
        made.problems = self.problems
        if email:
            made.sign_in(email)
        return made

    @property
    def season(self) -> Season:
        """The season as it is now."""
        return Season.objects.get(slug=SLUG)

    # ---- steps ----

    def fetch(self) -> None:
        """60 pieces from three packages."""
        pieces = music.fetch(self.folder)
        self.hand = music.set_out(pieces, self.folder / "collected")
        minutes = sum(piece.seconds for piece in pieces) / 60
        self.facts |= {"pieces": len(pieces), "minutes": round(minutes)}

    def set_up(self) -> None:
        """Preset with other cuts, 900 seconds at most, eight judges; then open."""
        staff = [*cast.STAFF, *cast.JUDGES[:JUDGES], cast.FAN]
        everybody = [people.person_for(role) for role in staff]
        User.objects.filter(person__in=everybody).update(password=make_password(PASSWORD))
        organizer = everybody[0]
        season = Season.objects.filter(slug=SLUG).first() or create_from_preset(
            preset="spotlight",
            slug=SLUG,
            name="Proof",
            starts_at=clock.now() + timedelta(hours=1),
            by=organizer,
        )
        if season.opened_at:
            return
        season.longest_seconds, season.shortest_seconds, season.lowest_kbps, season.quota = 900, 45, 32, 3
        season.genres = ["Soundtrack", "Electronic", "Other"]
        season.save()
        for round_, (lowest, highest) in zip(season.rounds.order_by("number"), CUTS, strict=True):
            round_.cut_lowest, round_.cut_highest = lowest, highest
            round_.save()
        setup.count_outside(season)
        for role, person in zip(staff, everybody, strict=True):
            if role.role != "fan":
                member = roles.grant(season, person=person, role=role.role.rstrip("2"), by=organizer)
                if role.role == "judge":
                    accept_confidentiality(member, by=person)
        self.visitor(cast.STAFF[0].email).see(f"/admin/seasons/{SLUG}/open/", "00-before-opening", full=True)
        open_season(season, by=organizer)
        opens_at = self.season.entries_open_at
        assert opens_at is not None
        calendar.go(opens_at + timedelta(hours=2))

    def collect(self) -> None:
        """What was collected elsewhere."""
        call_command("import_tracks", str(self.folder / "collected"), season=SLUG, market="other",
                     report=self.folder / "import.csv")  # fmt: skip
        self.facts["imported"] = Submission.objects.filter(season__slug=SLUG, state="submitted").count()

    def by_hand(self) -> None:
        """An artist uploads three on a phone, the first as WAV."""
        mine = Submission.objects.filter(season__slug=SLUG, entered_by__user__email=ARTIST, state="submitted")
        self.facts["uploaded"] = len(self.hand)
        if mine.count() == len(self.hand):  # an interrupted walk had come this far
            return
        artist = self.visitor(phone=True)
        if User.objects.filter(email=ARTIST).exists():
            artist.sign_in(ARTIST, "/submit/")
            self._withdraw_all()
            artist.see("/submit/")
        else:
            self._sign_up(artist)
        for number, piece in enumerate(self.hand, 1):
            sound = music.as_wav(piece, self.folder) if number == 1 else piece.path
            artist.enter(sound, piece.title[:80], "Soundtrack", number=number)
        artist.see("/me/", "08-dashboard", full=True)
        assert mine.count() == len(self.hand)

    def clear(self) -> None:
        """The three by hand at the desk, the others by the same service."""
        reviewer = self.visitor(cast.STAFF[3].email)
        reviewer.see("/admin/clearance/", "09-clearance", full=True)
        mine = Submission.objects.filter(season__slug=SLUG, state="submitted")
        for number, code in enumerate(
            mine.filter(entered_by__user__email=ARTIST).values_list("code", flat=True), 1
        ):
            reviewer.clear(code, f"10-decide-{number}")
        person = people.demo_person("clearance")
        for submission in mine.all():
            clearance.clear(submission, by=person)
        self.facts["cleared"] = Submission.objects.filter(season__slug=SLUG, state="cleared").count()

    def listen(self) -> None:
        """Somebody hears a track for more than thirty seconds: one play counts."""
        visitor = self.visitor(cast.FAN.email)
        visitor.see("/", "13-home", full=True)
        visitor.see("/playlist/", "14-playlist", full=True)
        track = Track.objects.filter(submissions__season__slug=SLUG, released_at__isnull=False).order_by(
            "pk"
        )[5]
        visitor.hear(track.code, 36)
        visitor.see("/playlist/")
        visitor.page.wait_for_timeout(1500)
        self.visitor(phone=True).see("/", "15-home-phone")
        self.facts["plays_counted"] = Play.objects.filter(track=track).count()

    def readings(self) -> None:
        """Eight weeks pass: listeners here, and a file of a service outside with three bad rows."""
        calendar.go(self._round(1).opens_at - timedelta(days=1))
        self._listeners()
        path, heard, days = self.folder / "readings.csv", crowd.heard_in(self.season, cast.FULL), self._days()
        crowd.write_readings(path, heard, days)
        with path.open("a") as lines:
            lines.write(f"nosuchtrack,streams,2026-01-01,,5\n{heard[0].code},streams,soon,,5\n")
            lines.write(f"{heard[0].code},streams,2026-01-01,,-1\n")
        call_command("import_readings", str(path), source=setup.OUTSIDE[0], season=SLUG)
        batch = self.season.sources.get(slug=setup.OUTSIDE[0]).batches.latest("pk")
        self.facts |= {"readings": batch.accepted, "rejected": batch.rejected}
        self.visitor().see(f"/seasons/{SLUG}/leaderboard/", "16-leaderboard", full=True)

    def _listeners(self) -> None:
        """What the audience did until yesterday, counted and charted."""
        crowd.listen(self.season, until=(clock.now() - timedelta(days=1)).date(), size=cast.FULL)

    def round(self, number: int) -> None:
        """From opening to announcement, with the pages of chair, judge and cut."""
        round_ = rounds.open_round(self._round(number))
        judge, chair = self.visitor(cast.JUDGES[0].email), self.visitor(cast.STAFF[2].email)
        criteria = round_.criteria.count()
        for turn in range(BY_KEYBOARD):
            judge.score([str(5 + (turn + c) % 4) for c in range(criteria)], f"2{number}-desk-{turn + 1}")
        panel.file_sheets(panel.waiting(round_))
        work.run_due()
        chair.see(f"/admin/chair/{round_.code}/", f"2{number}-chair", full=True)
        calendar.go(round_.locks_at - timedelta(hours=1))
        self._listeners()
        rounds.lock_round(round_)
        chair.see(f"/admin/chair/{round_.code}/", f"2{number}-locked", full=True)
        rounds.close_round(round_)
        organizer = self.visitor(cast.STAFF[0].email)
        organizer.see("/admin/home/", f"2{number}-organizer", full=True)
        organizer.see(f"/admin/cut/{SLUG}/{number}/", f"2{number}-cut", full=True)
        rounds.cut_round(round_)
        self.facts[f"round {number}"] = {
            "entries": round_.entries.count(), "sheets": ScoreSheet.objects.filter(round=round_, state="filed").count(),
            "advance": Decision.objects.filter(round=round_, outcome="in").count(),
        }  # fmt: skip
        self.visitor().see(f"/seasons/{SLUG}/leaderboard/{number}/", f"2{number}-released", full=True)

    def results(self) -> None:
        """Winners accept; the results page, and why this rank for the artist who uploaded by hand."""
        self.facts["prizes"] = rounds.accept_prizes(self._round(3))
        self.visitor().see(f"/seasons/{SLUG}/results/", "30-results", full=True)
        self.visitor(phone=True).see(f"/seasons/{SLUG}/results/", "31-results-phone")
        self.visitor().see(f"/seasons/{SLUG}/rules/", "32-rules", full=True)
        organizer = self.visitor(cast.STAFF[0].email)
        organizer.see(f"/admin/seasons/{SLUG}/outbox/", "33-outbox", full=True)

    def episode(self) -> None:
        """An interview with the winner comes out."""
        winner = Decision.objects.filter(round=self._round(3), rank=1).get().entry.submission
        editor = people.demo_person("editor")
        episode = films.episode_about(films.series_of(self.season, editor), 0, winner, editor)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            films.record(episode, films.said_in(episode), pool, editor)
        episode.refresh_from_db()
        series_services.publish_episode(episode, by=editor)
        visitor = self.visitor()
        visitor.see("/offtherecord/", "40-hub", full=True)
        visitor.see(f"/offtherecord/{episode.slug}/", "41-episode", full=True)
        visitor.see("/search?q=%23OfftheRecord", "42-search")
        self.facts["failed_work"] = WorkRow.objects.filter(state="failed").count()

    def verified(self) -> None:
        """The bundle of the season, checked by its own program as an outsider would: plain Python, nothing of ours."""
        bundle = self.folder / "bundle"
        shutil.rmtree(bundle, ignore_errors=True)
        seals.seal()
        proof.write_folder(proof.bundle(self.season), bundle)
        heads = Proof.objects.filter(round__season=self.season).order_by("-sequence")
        head = heads.values_list("digest", flat=True)[0]
        command = [sys.executable, "-I", str(bundle / "verify_results.py"), str(bundle), "--head", head]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, check=False)
        said = done.stdout.strip().splitlines()
        digest = hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()
        self.facts["proof"] = f"exit code {done.returncode}; {said[-1] if said else done.stderr}"
        self.facts["proof, head that was published last"] = head
        self.facts["proof, SHA-256 of manifest.json"] = digest
        if done.returncode:
            self.problems += said or [done.stderr]

    # ---- parts ----

    def _round(self, number: int) -> Round:
        return Round.objects.select_related("season").get(season__slug=SLUG, number=number)

    def _sign_up(self, artist: Visitor) -> None:
        artist.sign_up(ARTIST)
        artist.make_artist("Driftwood Ensemble")

    def _withdraw_all(self) -> None:
        """What an interrupted walk left: this artist begins again."""
        for submission in Submission.objects.filter(entered_by__user__email=ARTIST).exclude(
            state="withdrawn"
        ):
            entries.withdraw(submission, by=submission.entered_by)

    def _days(self) -> list[date]:
        opens_at = self.season.entries_open_at
        assert opens_at is not None
        first = opens_at.date()
        return [first + timedelta(days=n) for n in range((clock.now().date() - first).days)]

    def report(self) -> None:
        """`report.md` with the figures."""
        closing = Standing.objects.filter(
            standings__round=self._round(3), standings__is_closing=True
        ).order_by("rank")
        lines = [
            "# A season on real music",
            "",
            f"{timezone.now():%d %B %Y}. Servers: gunicorn, Celery worker and beat, PostgreSQL, Redis.",
            "",
        ]
        lines += [
            "| step | seconds |",
            "| --- | ---: |",
            *(f"| {name} | {seconds:.0f} |" for name, seconds in self.times),
            "",
        ]
        lines += [f"* {name}: {value}" for name, value in self.facts.items()]
        lines += [
            "",
            "| rank | track | artist | score | popularity | panel | in |",
            "| ---: | --- | --- | ---: | ---: | ---: | --- |",
        ]
        for row in closing.select_related(
            "entry__submission__track", "entry__submission__artist", "entry__decision"
        ):
            entry = row.entry.submission
            numbers = " | ".join(
                f"{(n or 0) / 1_000_000:.3f}" for n in (row.blend, row.popularity, row.panel)
            )
            lines.append(
                f"| {row.rank} | {entry.track.title} | {entry.artist.name} | {numbers} | {row.entry.decision.outcome} |"
            )
        accepted = Award.objects.filter(prize__season__slug=SLUG, state=Award.State.ACCEPTED).count()
        lines += ["", f"{accepted} prizes accepted.", "", "## Problems seen in the browser", ""]
        lines += [f"* {problem}" for problem in self.problems] or ["None."]
        lines += [
            "",
            "## Pictures",
            "",
            *(f"![{shot.stem}](shots/{shot.name})" for shot in sorted(self.shots.glob("*.png"))),
        ]
        (self.folder / "report.md").write_text("\n".join(lines) + "\n")
