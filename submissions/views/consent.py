"""Pages behind signed links (guardian, co-writers), and what artist and clearance do about them.

A link names one person's answer to one entry and shows nothing else; the pages are kept by no cache and listed by no
search engine.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from spotlight.errors import InvalidInput, NotFound, SpotlightError
from spotlight.web.answers import Typed, account, add_refusal, one_of, person_behind
from submissions.forms.consent import CreditAnswerForm, GuardianForm
from submissions.models import CoWriter, Guardian
from submissions.queries.clearance import entries_to_clear
from submissions.queries.completeness import local
from submissions.queries.consent import guardian_age
from submissions.queries.entries import current_terms, is_being_judged, own_entries
from submissions.services import asking, consent
from submissions.views.clearance import entry_page

View = Callable[..., HttpResponse]


def behind_a_link(view: View) -> View:
    """Unknown links are 404, old ones say kindly what to do; nothing of it is kept or listed."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except NotFound:
            raise Http404 from None
        except consent.LinkOver as refusal:
            response = render(
                request, "submissions/consent/over.html", {"reason": refusal.message}, status=refusal.status
            )
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


@behind_a_link
@require_http_methods(["GET", "POST"])
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """The terms, and a guardian's one answer to them; a consent can be withdrawn here until judging begins."""
    found, do = consent.find_guardian(token), request.POST.get("do", "")
    form = GuardianForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (form.is_valid() or do == "withdraw"):
        try:
            _answer_guardian(token, do, form.cleaned_data.get("name", ""))
            return redirect("guardian_consent", token)
        except (consent.LinkOver, NotFound):
            raise
        except SpotlightError as refusal:
            add_refusal(form, refusal)
            return _guardian_page(request, found, form, refusal.status)
    return _guardian_page(request, found, form, 400 if form.errors else 200)


def _answer_guardian(token: str, do: str, name: str) -> None:
    if do == "withdraw":
        consent.withdraw_consent(token)
    elif do in ("consent", "decline"):
        consent.answer_guardian(token, consents=do == "consent", name=name)
    else:
        raise InvalidInput(_("Choose one of the answers."))


def _guardian_page(
    request: HttpRequest, found: Guardian, form: GuardianForm, status: int = 200
) -> HttpResponse:
    submission = found.submission
    terms = found.terms or current_terms(submission.season)
    context = {
        "guardian": found,
        "submission": submission,
        "season": submission.season,
        "artist": submission.artist,
        "track": submission.track,
        "age": guardian_age(submission),
        "terms": terms,
        "terms_text": local(terms.texts, terms.text) if terms else "",
        "may_withdraw": found.state == Guardian.State.CONSENTED and not is_being_judged(submission),
        "form": form,
    }
    return render(request, "submissions/consent/guardian.html", context, status=status)


@behind_a_link
@require_http_methods(["GET", "POST"])
def credit(request: HttpRequest, token: str) -> HttpResponse:
    """A co-writer's parts and shares, and one answer to them."""
    found = consent.find_cowriter(token)
    form = CreditAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _answer_credit(token, request.POST.get("do", ""), form.cleaned_data["note"])
            return redirect("credit_confirmation", token)
        except (consent.LinkOver, NotFound):
            raise
        except SpotlightError as refusal:
            add_refusal(form, refusal)
            return _credit_page(request, found, form, refusal.status)
    return _credit_page(request, found, form, 400 if form.errors else 200)


def _answer_credit(token: str, do: str, note: str) -> None:
    if do not in ("confirm", "contest"):
        raise InvalidInput(_("Choose one of the answers."))
    consent.answer_credit(token, confirms=do == "confirm", note=note)


def _credit_page(
    request: HttpRequest, found: CoWriter, form: CreditAnswerForm, status: int = 200
) -> HttpResponse:
    submission = found.submission
    context = {
        "cowriter": found,
        "lines": asking.credit_lines(found),
        "season": submission.season,
        "artist": submission.artist,
        "track": submission.track,
        "form": form,
    }
    return render(request, "submissions/consent/credit.html", context, status=status)


# ---- the artist ------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def ask_again(request: HttpRequest, code: str) -> HttpResponse:
    """Send the guardian or a co-writer (`who`) a fresh link."""
    submission = one_of(own_entries(person_behind(request)), code=code)
    return _done(
        request, "me", lambda: asking.ask_again(submission, who=request.POST.get("who", ""), by=person_behind(request)),
        _("A new mail is on its way."),
    )  # fmt: skip


@login_required
@require_POST
def place_code(request: HttpRequest, code: str) -> HttpResponse:
    """The artist says where the code is."""
    submission = one_of(own_entries(person_behind(request)), code=code)
    return _done(
        request, "me", lambda: consent.place_code(submission, url=request.POST.get("url", ""), by=person_behind(request)),
        _("Thank you. Clearance looks there next. Leave the code until the entry is cleared."),
    )  # fmt: skip


# ---- clearance -------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def see_identity(request: HttpRequest, code: str) -> HttpResponse:
    """A reviewer has seen the code or a document."""
    submission = one_of(entries_to_clear(account(request)), code=code)
    return _done(
        request, ("clearance_entry", code),
        lambda: consent.see_identity(submission, how=request.POST.get("how", ""), by=person_behind(request)),
        _("Noted: you have seen who the artist is."),
    )  # fmt: skip


@login_required
@require_POST
def settle_credit(request: HttpRequest, code: str, cowriter: str) -> HttpResponse:
    """A reviewer decides that credits stand."""
    submission = one_of(entries_to_clear(account(request)), code=code)
    reason = request.POST.get("reason", "")
    try:
        consent.settle_credit(submission, code=cowriter, by=person_behind(request), reason=reason)
    except NotFound:
        raise Http404 from None
    except SpotlightError as refusal:
        typed = Typed(cowriter, reason, str(refusal))
        return entry_page(request, submission, typed=typed, status=refusal.status)
    messages.success(request, _("Settled, with your reason."))
    return redirect("clearance_entry", code)


def _done(request: HttpRequest, to: str | tuple[str, ...], act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except NotFound:
        raise Http404 from None
    except SpotlightError as refusal:
        messages.error(request, str(refusal))
    return redirect(*((to,) if isinstance(to, str) else to))
