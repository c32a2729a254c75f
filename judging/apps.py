from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JudgingConfig(AppConfig):
    """Rounds, panels, popularity, standings, cuts, prizes."""

    name = "judging"
    verbose_name = _("Judging")

    def ready(self) -> None:
        """Add judging's part to the rules of seasons, and to what of them is public."""
        import_module("judging.queries.boards")
        import_module("judging.queries.rules")
        import_module("judging.services.calendar")
