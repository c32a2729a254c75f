"""Where a person begins after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_GET

from spotlight.admin import start_page
from submissions.permissions import is_staff_anywhere


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Staff to their work, everybody else to their entries."""
    if is_staff_anywhere(request.user):
        return redirect(start_page(request))
    try:
        resolve("/me/")
    except Resolver404:
        return redirect("/")
    return redirect("/me/")
