"""Addresses of the demo; they exist only with the embedded database."""

from django.urls import path

from spotlight.demo import views

urlpatterns = [
    path("as/<slug:role>/", views.sign_in_as, name="demo_as"),
    path("advance/", views.move_on, name="demo_advance"),
    path("state/", views.show_state, name="demo_state"),
    path("hide/", views.hide, name="demo_hide"),
]
