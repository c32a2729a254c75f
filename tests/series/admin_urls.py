"""The address map with an admin panel, whatever else is there."""

from django.contrib import admin
from django.urls import path

from spotlight.urls import urlpatterns as known

urlpatterns = [path("admin/", admin.site.urls), *known]
