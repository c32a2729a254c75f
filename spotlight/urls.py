"""The address map."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from spotlight.home import home
from spotlight.search import search
from spotlight.start import start
from spotlight.web import factors, health, held, oembed, sitemaps

EMBEDS = ["submissions.queries.embeds.embed_at", "series.jobs.feeds.embed_at"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/second-factor/", factors.held_step, name="held_step"),
    path("accounts/held/", held.held_form, name="held_form"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", home, name="front"),
    path("search", search, name="search"),
    path("start/", start, name="start"),
    path("api/v1/", include("spotlight.api")),
    path("", include("submissions.urls")),
    path("", include("judging.urls")),
    path("", include("series.urls")),
    path("", include("spotlight.rehearsal.urls")),
    path("admin/", admin.site.urls),
    path("sitemap.xml", sitemaps.sitemap, {"sources": ["series.queries.sitemap_pages"]}, name="sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("oembed", oembed.answer_request, {"finders": EMBEDS}, name="oembed"),
]

if settings.EMBEDDED:
    urlpatterns.append(path("demo/", include("spotlight.demo.urls")))
if settings.EMBEDDED or settings.DEBUG:
    urlpatterns.append(path("kit/", include("spotlight.web.kit_urls")))
