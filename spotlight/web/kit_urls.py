"""Addresses of the component kit; included on the embedded default and in debug mode only."""

from django.urls import path

from spotlight.web import kit

urlpatterns = [
    path("", kit.kit, name="kit"),
    path("desk/", kit.desk, name="kit_desk"),
    path("save/", kit.save, name="kit_save"),
    path("tone-<int:number>.wav", kit.tone, name="kit_tone"),
]
