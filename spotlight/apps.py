"""How Django's admin is made ours."""

from django.contrib.admin.apps import AdminConfig


class SpotlightAdminConfig(AdminConfig):
    """The admin panel with our site; every app's `admin` package registers with it."""

    default = False
    default_site = "spotlight.admin.SpotlightAdminSite"
