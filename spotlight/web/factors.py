"""A fresh second factor before steps that decide results: asked for on the way, with nothing of the step lost.

A view calls `asked` first. Without a factor of the last ten minutes it answers with a page that carries what was sent
and asks for a code; sent again with the right code, the view goes on. Who has no second factor yet is led to the set-up
and finds the step again afterwards.
"""

import hmac
import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.forms import BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from spotlight.accounts.factors import Factor
from spotlight.accounts.models import User
from spotlight.web.answers import account

FRESH = 600
"""Seconds for which a second factor is fresh."""
HELD = "held_step"
"""Where a session keeps a step that waits until a second factor is set up."""
PREFIX = "factor"


class DemoForm(BaseAuthenticateForm):  # type: ignore[misc]  # allauth says no types
    """The code of a demo account: shown beside the field, and worth nothing anywhere else."""

    def clean_code(self) -> str:
        """One of the last three codes, so that there is time to type."""
        typed = str(self.cleaned_data["code"]).replace(" ", "")
        if not any(hmac.compare_digest(typed.encode(), code.encode()) for code in demo_codes(self.user)):
            raise forms.ValidationError(_("This code is not right. The one shown now is."))
        return typed


def fresh_factor(request: HttpRequest) -> Factor | None:
    """The second factor that this session showed within the last ten minutes."""
    records = [r for r in get_authentication_records(request, account(request)) if r.get("method") == "mfa"]
    if not records:
        return None
    age = time.time() - records[-1]["at"]
    return Factor(records[-1].get("type", "mfa"), round(age)) if 0 <= age < FRESH else None


def can_confirm(request: HttpRequest) -> bool:
    """Whether this account has a second factor."""
    user = account(request)
    return is_mfa_enabled(user, _kinds()) or bool(demo_codes(user))


def asked(request: HttpRequest, *, doing: str) -> HttpResponse | None:
    """None where a fresh factor is there or came with this request; else the page (403) that asks for it.

    `doing` says in words what is about to happen.
    """
    if fresh_factor(request) is None and not _confirmed(request):
        step = {"action": request.path, "fields": _fields(request), "doing": doing}
        request.session[HELD] = step
        return _ask(request, step, _form(request), status=403)
    request.session.pop(HELD, None)
    return None


@never_cache
@login_required
@require_GET
def held_step(request: HttpRequest) -> HttpResponse:
    """The step that waited for a second factor, ready to be sent."""
    step = request.session.get(HELD)
    return _ask(request, step, _form(request)) if step else redirect("mfa_index")


def demo_codes(user: User) -> list[str]:
    """The codes that a demo account may type now, the newest first; none for any other account, and none in production."""
    name: str = getattr(settings, "DEMO_FACTOR", "")
    find: Callable[[User], str] | None = import_string(name) if name else None
    secret = find(user) if find else ""
    step = int(time.time()) // 30
    return [totp.format_hotp_value(totp.hotp_value(secret, step - n)) for n in range(3)] if secret else []


def _confirmed(request: HttpRequest) -> bool:
    form = _form(request)
    if form is None or not form.is_bound or not form.is_valid():
        return False
    if isinstance(form, DemoForm):
        record_authentication(request, account(request), "mfa", type="demo")
    else:
        form.save()
    return True


def _form(request: HttpRequest) -> Any:
    """The form for a code, or None for who has no second factor. Bound once a code was sent; checked once."""
    user = account(request)
    known: dict[str, Any] = request.__dict__
    if "_factor_form" not in known:
        typed = request.POST if f"{PREFIX}-code" in request.POST else None
        kind = (
            ReauthenticateForm if is_mfa_enabled(user, _kinds()) else DemoForm if demo_codes(user) else None
        )
        known["_factor_form"] = kind(data=typed, prefix=PREFIX, user=user) if kind else None
    return known["_factor_form"]


def _ask(request: HttpRequest, step: dict[str, Any], form: Any, *, status: int = 200) -> HttpResponse:
    code = next(iter(demo_codes(account(request))), "") if isinstance(form, DemoForm) else ""
    context = {
        "step": step, "form": form, "minutes": FRESH // 60, "demo_code": f"{code[:3]} {code[3:]}".strip(),
        "is_fresh": status == 200 and fresh_factor(request) is not None,
    }  # fmt: skip
    answer = render(request, "account/second_factor.html", context, status=status)
    answer["HX-Push-Url"] = "false"  # the address of a step can't be opened again
    return answer


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, but for the code and the token."""
    left_out = {"csrfmiddlewaretoken", f"{PREFIX}-code"}
    return [
        (name, value) for name in request.POST if name not in left_out for value in request.POST.getlist(name)
    ]


def _kinds() -> list[str]:
    return [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
