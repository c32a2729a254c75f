from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SeriesConfig(AppConfig):
    """Off the Record: series, episodes, clips, hashtags, feeds."""

    name = "series"
    verbose_name = _("Off the Record")
