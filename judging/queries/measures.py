"""What measures are called where people read them."""

from django.utils.translation import gettext


def measure_name(key: str) -> str:
    """What listeners did, in words; a measure of an outside source as its organizer named it, with the source."""
    words = {
        "plays": gettext("Plays"),
        "likes": gettext("Likes"),
        "saves": gettext("Saves"),
        "shares": gettext("Shares"),
        "uses": gettext("Videos"),
    }
    source, _, own = key.rpartition(".")
    outside = own[:1].upper() + own[1:].replace("_", " ")
    return words.get(key) or (f"{outside} ({source.capitalize()})" if source else outside)
