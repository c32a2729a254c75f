"""Use this sound: choose, wait a moment, download."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from spotlight.errors import SpotlightError
from spotlight.ledger import clock, files, work
from spotlight.web import ranges
from spotlight.web.answers import whole
from spotlight.web.limits import is_within
from submissions.jobs.reuse import credit
from submissions.models import Sound
from submissions.queries.cards import card_of
from submissions.queries.listening import heard_by_all, public_track
from submissions.services import reuse

SOUNDS_A_DAY = 60
"""From one address; each is a file that stays."""


@require_POST
def cut(request: HttpRequest, code: str) -> HttpResponse:
    """Have the chosen part cut."""
    track = public_track(code)
    if track is None:
        raise Http404
    if not is_within(request, "sounds", on=clock.now().date(), a_day=SOUNDS_A_DAY):
        messages.error(request, _("Many parts were cut from here today. Please come back tomorrow."))
        return redirect("track", code=code)
    start, end = (whole(request.POST.get(name, ""), digits=5) for name in ("start", "end"))
    try:
        chosen = reuse.choose_sound(track, start=start, end=end)
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
        return redirect("track", code=code)
    return redirect("sound", code=chosen.code)


def _sound(code: str) -> Sound:
    """A sound of a track that is still public and may still be used."""
    usable = heard_by_all().exclude(licence="none")
    found = (
        Sound.objects.filter(code=code, track__in=usable).select_related("track__rendition", "file").first()
    )
    if found is None or found.rendition_id != found.track.rendition_id:
        raise Http404
    return found


@require_GET
def sound(request: HttpRequest, code: str) -> HttpResponse:
    """The clip, or that it is being made; the page asks again by itself."""
    found = _sound(code)
    end = found.start + found.seconds
    url = f"{settings.SITE_URL}/tracks/{found.track.code}/?from={found.start}&to={end}"
    context = {
        "sound": found, "track": found.track, "card": card_of(found.track), "credit": credit(found)["comment"], "end": end,
        "url": url, "work": None if found.file_id else work.latest("sound.cut", found.code),
        "embed": f'<iframe src="{settings.SITE_URL}/embed/tracks/{found.track.code}/" width="480" height="160" title="{found.track.code}" loading="lazy"></iframe>',
    }  # fmt: skip
    return render(request, "submissions/listening/sound.html", context)


@require_safe
def download(request: HttpRequest, code: str) -> HttpResponseBase:
    """The file, for saving."""
    found = _sound(code)
    if found.file is None:
        raise Http404
    name = f"{slugify(found.track.title) or found.track.code}-{found.start}-{found.start + found.seconds}.m4a"
    return ranges.file_response(
        request,
        files.absolute(found.file),
        media_type="audio/mp4",
        digest=found.file.sha256,
        name=name,
        attachment=True,
    )
