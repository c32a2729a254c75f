"""A season's looks beyond its color: the logo, drawn anew from what was uploaded."""

import io
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import events, files
from spotlight.ledger.models import StoredFile
from submissions.models import Season

LARGEST_BYTES = 4 * 1024 * 1024
LARGEST_PIXELS = 25_000_000
SIDE = 512


@transaction.atomic
def set_logo(season: Season, upload: BinaryIO, *, size: int, by: Person) -> Season:
    """Keep a PNG, JPEG or WebP as the season's logo, at most 512 pixels a side. Raises InvalidInput at `logo_file`."""
    if size > LARGEST_BYTES:
        raise InvalidInput(_("This picture is larger than 4 MB. Export it smaller."), field="logo_file")
    season.logo = files.keep_bytes(
        as_png(upload), kind=StoredFile.Kind.IMAGE, media_type="image/png", owner=by, suffix=".png"
    )
    season.save(update_fields=["logo"])
    events.log("season.logo", season, by=by, season=season.slug)
    return season


@transaction.atomic
def remove_logo(season: Season, *, by: Person) -> Season:
    """Go back to the name in letters."""
    season.logo = None
    season.save(update_fields=["logo"])
    events.log("season.logo_removed", season, by=by, season=season.slug)
    return season


def as_png(upload: BinaryIO) -> bytes:
    """The picture drawn anew; nothing else of the file survives. Raises InvalidInput if it is no picture."""
    try:
        with Image.open(upload, formats=["PNG", "JPEG", "WEBP"]) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise InvalidInput(
                    _("This picture has too many pixels. Export it smaller."), field="logo_file"
                )
            picture.thumbnail((SIDE, SIDE))
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG", optimize=True)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise InvalidInput(
            _("This file is not a picture that we can read. Use PNG, JPEG or WebP."), field="logo_file"
        ) from None
    return out.getvalue()
