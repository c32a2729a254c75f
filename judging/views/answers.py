"""Refusals as answers: JSON for scripts, a message for pages; and who may come in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from spotlight.accounts.models import Person
from spotlight.accounts.people import person_of
from spotlight.errors import SpotlightError


def actor(request: HttpRequest) -> Person:
    """The person who is signed in; the view is behind the sign-in."""
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person


def refused(error: SpotlightError, **more: Any) -> JsonResponse:
    """The error shape of the API."""
    fields = {error.field: [error.message]} if error.field else {}
    return JsonResponse(
        {"error": {"code": error.code, "message": str(error), "fields": fields}, **more}, status=error.status
    )


def invalid(form: forms.BaseForm, message: str) -> JsonResponse:
    """The same for a form that does not hold."""
    return JsonResponse({"error": {"code": "invalid", "message": message, "fields": form.errors}}, status=400)


def back(request: HttpRequest, error: SpotlightError, *to: str) -> HttpResponse:
    """Say the refusal and go to a page."""
    messages.error(request, str(error))
    return redirect(*to)
