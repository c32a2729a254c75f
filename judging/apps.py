from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JudgingConfig(AppConfig):
    """Rounds, panels, popularity, standings, cuts, prizes."""

    name = "judging"
    verbose_name = _("Judging")
