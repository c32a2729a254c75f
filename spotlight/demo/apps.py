from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The living demo. Installed only with the embedded database."""

    name = "spotlight.demo"
    label = "demo"
    verbose_name = _("Demo")
