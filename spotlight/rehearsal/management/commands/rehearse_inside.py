import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from spotlight.errors import SpotlightError
from spotlight.rehearsal.inside.walk import NotScratch, rehearse
from spotlight.rehearsal.simulation.world import Parameters


class Command(BaseCommand):
    """The part of `rehearse` that runs in the rehearsal's own database. Not for people: it is told by its standard input."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IN_REHEARSAL:
            raise CommandError("This runs only in the database of a rehearsal. Use: manage.py rehearse")
        task = json.load(sys.stdin)
        preset, rules = task.pop("preset"), task.pop("rules")
        try:
            self._say(report=rehearse(Parameters(**task), preset=preset, rules=rules, tick=self._tick))
        except SpotlightError as refusal:
            self._say(problem=refusal.message)
        except NotScratch:
            raise CommandError("This is not the database of a rehearsal.") from None

    def _tick(self, share: float, step: str) -> None:
        self._say(share=round(share, 3), step=step)

    def _say(self, **line: Any) -> None:
        self.stdout.write(json.dumps(line))
        self.stdout.flush()
