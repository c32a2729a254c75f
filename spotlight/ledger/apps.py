from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """What every app writes to: work, mail, events, files."""

    name = "spotlight.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
