"""People of the demo: accounts with one published password, and the file that says who they are."""

import base64
import hmac
import json
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from spotlight.accounts.models import Person, User
from spotlight.demo import cast
from spotlight.demo.cast import Entrant, Role


def accounts_file() -> Path:
    """Where the sign-ins are written down; while it is there, the demo is."""
    return Path(settings.STATE_DIR) / "demo-accounts.json"


def person_for(role: Role) -> Person:
    """The person who plays a role, made on first need."""
    return _person(role.email, role.name, language=role.language, market=role.market)


def person_behind(entrant: Entrant) -> Person:
    """The account of an artist, made on first need."""
    return _person(entrant.email, entrant.name.text, language=entrant.language, market=entrant.market)


def _person(email: str, name: str, *, language: str, market: str) -> Person:
    found = Person.objects.filter(user__email=email).first()
    if found is not None:
        return found
    with transaction.atomic():
        user = User.objects.create_user(email, language=language, zone=cast.ZONE)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return Person.objects.create(user=user, name=name, market=market, is_demo=True)


def let_sign_in(roles: list[Role], artists: list[Entrant]) -> None:
    """Give them the published password and write the file."""
    emails = [role.email for role in roles] + [artist.email for artist in artists]
    User.objects.filter(email__in=emails).update(password=make_password(cast.PASSWORD))
    lines = [(role.role, role.email) for role in roles] + [("artist", artist.email) for artist in artists]
    accounts = [{"role": role, "email": email, "password": cast.PASSWORD} for role, email in lines]
    path = accounts_file()
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(accounts, indent=1, ensure_ascii=False) + "\n")
    fresh.replace(path)


def demo_person(key: str) -> Person:
    """Somebody of the cast by the first part of their address. Raises Person.DoesNotExist."""
    return Person.objects.select_related("user").get(user__email=f"{key}@{cast.DOMAIN}", is_demo=True)


def listeners(count: int) -> list[Person]:
    """People who like tracks; they have no account."""
    have = list(Person.objects.filter(is_demo=True, user=None, name__startswith="Listener ").order_by("pk"))
    markets = ("jp", "jp", "kr", "other")
    Person.objects.bulk_create(
        Person(name=f"Listener {n}", market=markets[n % 4], is_demo=True) for n in range(len(have), count)
    )
    return list(Person.objects.filter(is_demo=True, user=None, name__startswith="Listener ").order_by("pk"))


def factor_secret(user: User) -> str:
    """The TOTP secret of a demo account, whose codes are shown where one is asked for; empty for any other account."""
    if not accounts_file().exists() or not Person.objects.filter(user=user, is_demo=True).exists():
        return ""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo factor {user.email}".encode(), "sha256")
    return base64.b32encode(digest[:20]).decode()
