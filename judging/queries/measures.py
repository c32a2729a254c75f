"""What measures are called where people read them."""

from django.utils.translation import gettext


def measure_name(key: str) -> str:
    """What listeners did, in words; a measure of an outside source as its organizer named it."""
    words = {
        "plays": gettext("Plays"),
        "likes": gettext("Likes"),
        "saves": gettext("Saves"),
        "shares": gettext("Shares"),
        "uses": gettext("Videos"),
    }
    return words.get(key, key)
