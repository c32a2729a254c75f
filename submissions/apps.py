from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    """Who enters, and with what."""

    name = "submissions"
    verbose_name = _("Seasons and entries")
