"""Where a person begins after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_GET

from spotlight.admin import start_page
from submissions.models import Role
from submissions.permissions import is_staff_anywhere, roles_of


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Staff to their work, partners to their room, everybody else to their entries."""
    if is_staff_anywhere(request.user):
        return redirect(start_page(request))
    if Role.PARTNER in roles_of(request.user):
        return redirect("partners")
    try:
        resolve("/me/")
    except Resolver404:
        return redirect("/")
    return redirect("/me/")
