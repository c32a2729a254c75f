from django.apps import AppConfig


class WebConfig(AppConfig):
    """What every app answers with."""

    name = "spotlight.web"
    label = "web"
