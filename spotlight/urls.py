"""The address map."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

if settings.EMBEDDED or settings.DEBUG:
    urlpatterns.append(path("kit/", include("spotlight.web.kit_urls")))
