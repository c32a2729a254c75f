"""Pictures from people: looked at under limits, drawn anew as square JPEGs, stored."""

from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from submissions.artwork import ArtworkLimits, ArtworkReason, ArtworkRefusal, square_renditions

SIDE = 1400
COVER = ArtworkLimits()
PHOTO = ArtworkLimits(min_side=300)


class PictureRefused(InvalidInput):
    """What was sent is not a picture that can be shown."""

    code = "picture_refused"


def keep_picture(content: bytes, *, name: str, owner: Person, limits: ArtworkLimits = COVER) -> StoredFile:
    """Store the middle square of a picture as a JPEG of at most 1400 pixels a side. Raises PictureRefused."""
    try:
        jpeg = square_renditions(content, sizes=[SIDE], limits=limits)[SIDE]
    except ArtworkRefusal as refusal:
        raise PictureRefused(_sentence(refusal)) from refusal
    return files.keep_bytes(
        jpeg, kind=StoredFile.Kind.IMAGE, media_type="image/jpeg", owner=owner, name=name, suffix=".jpg"
    )


def _sentence(refusal: ArtworkRefusal) -> str:
    numbers = refusal.params
    match refusal.code:
        case ArtworkReason.TOO_LARGE:
            limit = numbers["max_bytes"] // 1_000_000
            return _("This picture is larger than %(limit)d MB. Make it smaller and choose it again.") % {
                "limit": limit
            }
        case ArtworkReason.TOO_MANY_PIXELS:
            return _("This picture has too many pixels. Save it at 3000 × 3000 or less and choose it again.")
        case ArtworkReason.TOO_SMALL:
            return _("This picture is %(width)d × %(height)d. It must have at least %(side)d pixels each way.") % {
                "width": numbers["width"], "height": numbers["height"], "side": numbers["min_side"],
            }  # fmt: skip
        case ArtworkReason.ANIMATED:
            return _("This picture moves. Choose a still JPEG, PNG or WebP.")
        case ArtworkReason.DAMAGED:
            return _("This picture is damaged. Save it again as JPEG or PNG and choose that.")
    return _("This is not a picture that can be shown. Choose a JPEG, PNG or WebP.")
