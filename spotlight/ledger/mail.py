"""The outbox: mails are rows first. A work row delivers each; on the embedded default they stay readable in the admin."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string, select_template
from django.utils import translation
from django.utils.crypto import salted_hmac

from spotlight.accounts.models import Person
from spotlight.ledger import clock, work
from spotlight.ledger.models import Mail


def write(
    template: str,
    *,
    to: str,
    person: Person | None = None,
    language: str = "",
    season: str = "",
    batch: str = "",
    hold: bool = False,
    unsubscribe: str = "",
    context: dict[str, Any] | None = None,
) -> Mail:
    """Write one mail from `email/<template>.txt` (first line: subject) in the reader's language.

    Its HTML is `email/<template>.html` if there is one, else the text in the look of `email/base.html`. Held mails wait
    for `release(batch)`. `unsubscribe` is an address that ends mails of this kind by a POST without signing in.
    """
    language = language or (person.user.language if person and person.user else "") or settings.LANGUAGE_CODE
    values = {"site_url": settings.SITE_URL, "person": person, **(context or {})}
    with translation.override(language):
        text = render_to_string(f"email/{template}.txt", values)
        subject, _, body = text.partition("\n")
        look = select_template([f"email/{template}.html", "email/base.html"])
        html = look.render({"body": body.strip(), **values, "subject": subject})
    mail = Mail.objects.create(
        person=person, to=to, season=season, batch=batch, template=template, language=language,
        subject=subject.strip()[:250], text=body.strip() + "\n", html=html, unsubscribe=unsubscribe,
        state=Mail.State.HELD if hold else Mail.State.READY, created_at=clock.now(),
    )  # fmt: skip
    if not hold:
        _queue(mail)
    return mail


def release(batch: str) -> int:
    """Let all held mails of a batch go at once, in the current transaction. Returns how many."""
    held = list(Mail.objects.select_for_update().filter(batch=batch, state=Mail.State.HELD))
    for mail in held:
        mail.state = Mail.State.READY
        _queue(mail)
    return len(held)


def _queue(mail: Mail) -> None:
    mail.released_at = clock.now()
    mail.save(update_fields=["state", "released_at"])
    work.enqueue("mail.send", str(mail.pk))


def deliver(mail_id: int) -> None:
    """Hand a ready mail to the mail server, once. Without a mail server (embedded default) it is kept as sent."""
    mail = Mail.objects.get(pk=mail_id)
    if mail.state != Mail.State.READY:
        return
    if "delivery" in mailers:
        message = EmailMultiAlternatives(
            mail.subject,
            mail.text,
            settings.DEFAULT_FROM_EMAIL,
            [mail.to],
            headers=_headers(mail),
        )
        if mail.html:
            message.attach_alternative(mail.html, "text/html")
        mailers["delivery"].send_messages([message])
    mail.state = Mail.State.SENT
    mail.sent_at = clock.now()
    mail.save(update_fields=["state", "sent_at"])


def _headers(mail: Mail) -> dict[str, str]:
    told = {"Message-ID": number(mail)}
    if mail.unsubscribe:
        told["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        told["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return told


def number(mail: Mail) -> str:
    """The Message-ID of a mail, always the same: whoever gets it twice after a crash sees that it is one mail."""
    told = salted_hmac("spotlight.mail", str(mail.pk), algorithm="sha256").hexdigest()[:32]
    return f"<{told}@{urlsplit(settings.SITE_URL).hostname or 'spotlight'}>"


class OutboxBackend(BaseEmailBackend):
    """Django's mail backend: whatever any library sends lands in the outbox as a row."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message for each of its recipients."""
        for message in email_messages:
            html = next((str(a[0]) for a in getattr(message, "alternatives", []) if a[1] == "text/html"), "")
            for to in message.recipients():
                mail = Mail.objects.create(
                    person=Person.objects.filter(user__email=to.lower()).first(),
                    to=to, subject=message.subject[:250], text=str(message.body), html=html,
                    language=translation.get_language() or "", created_at=clock.now(),
                )  # fmt: skip
                _queue(mail)
        return len(email_messages)
