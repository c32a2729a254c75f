"""What fans do about artists: follow them, and choose whether they are mailed about what is new."""

from spotlight.accounts.models import Person, User
from spotlight.ledger import clock
from submissions.models import Artist, Follow


def follow(artist: Artist, *, by: Person) -> None:
    """Follow an artist, once."""
    Follow.objects.get_or_create(artist=artist, person=by, defaults={"at": clock.now()})


def unfollow(artist: Artist, *, by: Person) -> None:
    """Follow an artist no more."""
    Follow.objects.filter(artist=artist, person=by).delete()


def set_mails(person: Person, *, wanted: bool) -> None:
    """Whether a fan is mailed about the artists they follow; theirs to say, signed in or by the link of such a mail."""
    User.objects.filter(person=person).update(mail_about_followed=wanted)
