"""From an account to its person."""

from django.contrib.auth.models import AnonymousUser

from spotlight.accounts.models import Person, User


def person_of(user: User | AnonymousUser | None) -> Person | None:
    """The person behind an account, made on first need; None for a visitor who is not signed in."""
    if user is None or not user.is_authenticated or not isinstance(user, User):
        return None
    found = Person.objects.filter(user=user).first()
    return found or Person.objects.get_or_create(user=user)[0]
