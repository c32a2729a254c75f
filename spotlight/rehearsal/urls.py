"""Addresses of rehearsals, below the admin panel's."""

from django.urls import path

from spotlight.rehearsal import views

urlpatterns = [
    path("admin/seasons/<slug:season>/rehearsals/", views.index, name="rehearsals"),
    path("admin/seasons/<slug:season>/rehearsals/<slug:code>/", views.detail, name="rehearsal"),
]
