"""Mails about what is new of followed artists: at most one a day for each fan, with everything new in it."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy

from spotlight.accounts.models import Person
from spotlight.ledger import clock, mail, work
from submissions.models import FollowMail
from submissions.queries import following
from submissions.queries.following import News

DAILY, KIND = "follow.day", "follow.mail"
KEPT = 2 * following.FRESH


def ask_for_mails() -> None:
    """Once a day: a work row for each fan of whose artists anything is new; what was told long ago is forgotten."""
    now = clock.now()
    FollowMail.objects.filter(day__lt=(now - KEPT).date()).delete()
    with transaction.atomic():
        for code in following.followers_with_news(now).values_list("code", flat=True):
            work.enqueue(KIND, code)


def mail_news(code: str) -> None:
    """Write one fan the mail of this day, if there is anything that they were not told; twice writes once."""
    now = clock.now()
    with transaction.atomic():
        person = _held(code)
        if person is None or FollowMail.objects.filter(person=person, day=now.date()).exists():
            return
        news = following.untold(person, now)
        if news:
            FollowMail.objects.create(person=person, day=now.date(), about=[n.subject for n in news])
            _write(person, news)


def _held(code: str) -> Person | None:
    """The fan, locked, if they still want these mails."""
    found = Person.objects.filter(pk__in=following.mailed_followers().values("pk"), code=code)
    return found.select_related("user").select_for_update(of=("self",)).first()


def _write(person: Person, news: list[News]) -> None:
    assert person.user is not None
    stop = following.stop_link(person)
    context = {"news": news, "stop": stop, **_button(news)}
    mail.write("followed_news", to=person.user.email, person=person, unsubscribe=stop, context=context)


def _button(news: list[News]) -> dict[str, Any]:
    if len(news) == 1:
        return {"url": settings.SITE_URL + news[0].address, "action": gettext_lazy("Open it")}
    return {"url": settings.SITE_URL + reverse("me_following"), "action": gettext_lazy("Artists you follow")}
