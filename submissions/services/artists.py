"""What people do with artist pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from spotlight.accounts.codes import new_code
from spotlight.accounts.models import Person
from spotlight.ledger.events import log
from spotlight.ledger.models import StoredFile
from submissions.models import Artist, ArtistLink, Organisation, Season
from submissions.models.search_key import search_key
from submissions.services.entries import index_track
from submissions.services.locks import hold_artist

SLUG_LENGTH = 60


@dataclass(frozen=True)
class Link:
    """A public address of the artist elsewhere."""

    url: str
    label: str = ""


def create_artist(*, by: Person, links: Sequence[Link] = (), **values: Any) -> Artist:
    """A new artist page with `by` behind it. Its address comes from the romanized name and is unique.

    `values` are fields of Artist: name, name_romanised, name_reading, language, market, about.
    """
    with transaction.atomic():
        artist = _with_free_slug(values)
        artist.members.create(person=by)
        _replace_links(artist, links)
        log("artist.created", artist, by=by)
    return artist


def edit_artist(artist: Artist, *, by: Person, links: Sequence[Link], **values: Any) -> Artist:
    """Change an artist page. Its address stays, so that links to it go on working."""
    with transaction.atomic():
        held = hold_artist(artist)
        changed = {name for name, value in values.items() if getattr(held, name) != value}
        for name in changed:
            setattr(held, name, values[name])
        held.search_key = _key(held)
        held.save(update_fields=[*sorted(changed), "search_key"])
        _replace_links(held, links)
        if changed & {"name", "name_romanised", "name_reading"}:
            for line in held.billing.select_related("track"):
                index_track(line.track)
        log("artist.edited", held, by=by, fields=sorted(changed))
    return held


def set_photo(artist: Artist, photo: StoredFile | None, *, by: Person) -> None:
    """Give the page a picture, or take it away."""
    with transaction.atomic():
        held = hold_artist(artist)
        held.photo = photo
        held.save(update_fields=["photo"])
        log("artist.photo_set", held, by=by, present=photo is not None)


def set_organisation(
    artist: Artist, organisation: Organisation | None, *, season: Season, by: Person
) -> None:
    """Say which label or agency stands behind an artist: judges tied to it get none of their entries."""
    with transaction.atomic():
        held = hold_artist(artist)
        if held.organisation_id == (organisation.pk if organisation else None):
            return
        held.organisation = organisation
        held.save(update_fields=["organisation"])
        code = organisation.code if organisation else None
        log("artist.organisation_set", held, by=by, season=season.slug, organisation=code)


def _key(artist: Artist) -> str:
    return search_key(artist.name, artist.name_romanised, artist.name_reading)


def _with_free_slug(values: dict[str, Any]) -> Artist:
    artist = Artist(**values)
    artist.search_key = _key(artist)
    for slug in _slugs(artist):
        artist.slug = slug
        try:
            with transaction.atomic():
                artist.save(force_insert=True)
        except IntegrityError:
            artist.pk = None
            continue
        return artist
    raise AssertionError("a random address was taken five times")


def _slugs(artist: Artist) -> list[str]:
    base = slugify(artist.name_romanised or artist.name)[:SLUG_LENGTH].strip("-") or "artist"
    numbered = [f"{base}-{number}" for number in range(2, 6)]
    return [base, *numbered, *(f"{base}-{new_code(6)}" for _ in range(5))]


def _replace_links(artist: Artist, links: Sequence[Link]) -> None:
    before = [Link(link.url, link.label) for link in artist.links.all()]
    if before == list(links):
        return
    artist.links.all().delete()
    ArtistLink.objects.bulk_create(
        ArtistLink(artist=artist, url=link.url, label=link.label, order=order)
        for order, link in enumerate(links)
    )
