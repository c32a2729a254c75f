from django.apps import AppConfig
from django.core.checks import Tags, register

from spotlight.web.checks import check_databases


class WebConfig(AppConfig):
    """What every app answers with."""

    name = "spotlight.web"
    label = "web"

    def ready(self) -> None:
        """Registered for `check --database`, never for a request."""
        register(check_databases, Tags.database)
