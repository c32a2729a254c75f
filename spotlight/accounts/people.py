"""From an account to its person."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from spotlight.accounts.models import Person, User


def person_of(user: User | AnonymousUser | None) -> Person | None:
    """The person behind an account, made on first need; None for a visitor who is not signed in."""
    if user is None or not user.is_authenticated or not isinstance(user, User):
        return None
    found = Person.objects.filter(user=user).first()
    return found or Person.objects.get_or_create(user=user)[0]


def confirmed_users() -> QuerySet[User]:
    """Accounts whose address was confirmed by whoever reads its mail."""
    address = EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True)
    return User.objects.filter(Exists(address))
