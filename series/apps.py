from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SeriesConfig(AppConfig):
    """Off the Record: series, episodes, clips, hashtags, feeds."""

    name = "series"
    verbose_name = _("Off the Record")

    def ready(self) -> None:
        """Add episodes to what is new of followed artists."""
        import_module("series.queries.news")
