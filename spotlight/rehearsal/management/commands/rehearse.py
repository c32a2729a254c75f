import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from judging.services.presets import ROUNDS
from spotlight.errors import SpotlightError
from spotlight.rehearsal import runner, services
from spotlight.rehearsal.markdown import as_markdown
from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.simulation.world import ATTACKS
from submissions.models import Season


class Command(BaseCommand):
    """Walk a whole season with simulated artists, fans and judges, in a database of its own, and report on its rules."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--preset", choices=sorted(ROUNDS), help="Rules of a preset (default: spotlight).")
        whose.add_argument("--season", help="Rules of a season, by its address; the report is kept with it.")
        parser.add_argument("--artists", type=int, default=300)
        parser.add_argument("--judges", type=int, default=12)
        parser.add_argument("--fans", type=int, default=1000)
        parser.add_argument(
            "--seed", type=int, default=1, help="The same seed rehearses with the same people."
        )
        parser.add_argument(
            "--attack", choices=ATTACKS, default="", help="What somebody does for 2%% of the artists."
        )
        parser.add_argument("--json", type=Path, help="Write the report as JSON to this file.")
        parser.add_argument("--markdown", type=Path, help="Write the report as Markdown to this file.")

    def handle(self, *args: Any, **options: Any) -> None:
        rehearsal = self._prepare(options)
        try:
            runner.run(rehearsal, say=self._say)
        except SpotlightError as refusal:  # another one runs
            rehearsal.delete()
            raise CommandError(refusal.message) from refusal
        if rehearsal.report is None:
            raise CommandError(rehearsal.problem or rehearsal.get_state_display())
        self._write(rehearsal.report, options)

    def _prepare(self, options: dict[str, Any]) -> Rehearsal:
        season = None
        if options["season"]:
            season = Season.objects.filter(slug=options["season"]).first()
            if season is None:
                raise CommandError(f"No season has the address {options['season']}.")
        if min(options["artists"], options["judges"], options["fans"]) < 1:
            raise CommandError("A rehearsal needs at least one artist, judge and fan.")
        values = {name: options[name] for name in ("artists", "judges", "fans", "seed", "attack")}
        preset = "" if season else options["preset"] or "spotlight"
        return services.prepare(season, by=None, preset=preset, **values)

    def _say(self, share: float, step: str) -> None:
        if self.last_step != step:
            self.last_step = step
            self.stderr.write(f"{share:4.0%} {step}")

    last_step = ""

    def _write(self, report: dict[str, Any], options: dict[str, Any]) -> None:
        text = as_markdown(report)
        if options["json"]:
            options["json"].write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
        if options["markdown"]:
            options["markdown"].write_text(text)
        self.stdout.write(text)
