from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from spotlight.demo import calendar, cast
from spotlight.demo.models import Step
from spotlight.demo.seeding import Seeding


class Command(BaseCommand):
    """Fill the demo; go on where an earlier run stopped; do nothing when it is finished."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=cast.SIZES, default="full", help="How much of everything.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("The demo exists only with the embedded database.")
        if Step.objects.filter(name="present", finished_at__isnull=False).exists():
            return
        calendar.let_move()
        Seeding(cast.SIZES[options["size"]], say=self._say).run()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
