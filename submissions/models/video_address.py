"""One address for one video, however its link was copied: what tells whether a video is registered already."""

import re
from urllib.parse import SplitResult, urlsplit

PREFIX = re.compile(r"^(?:www\.|m\.)+(?=[^.]+\.)")
TRACKING = re.compile(
    r"^(?:utm_\w*|si|feature|fbclid|gclid|igshid?|is_from_webapp|sender_device)(?:=|$)", re.IGNORECASE
)
YOUTUBE = ("youtube.com", "music.youtube.com", "youtube-nocookie.com")
KNOWN = {
    **dict.fromkeys(YOUTUBE, (r"^/watch/?\?(?:.*&)?v=([\w-]+)|^/(?:shorts|live|embed|v)/([\w-]+)", "youtube.com/watch?v={}")),
    "youtu.be": (r"^/([\w-]+)", "youtube.com/watch?v={}"),
    "tiktok.com": (r"^/[^?]*\b(?:video|photo|v)/(\d+)", "tiktok.com/video/{}"),
    "instagram.com": (r"^/[^?]*\b(?:p|reels?|tv)/([\w-]+)", "instagram.com/p/{}"),
}  # fmt: skip
"""Sites that have several addresses for a video: where in path and query they name it, and how we write it."""


def video_site(url: str) -> str:
    """The site of a link: its host in small letters without `www.` and `m.`; empty where there is none."""
    try:
        host = (urlsplit(url.strip()).hostname or "").rstrip(".")
        return PREFIX.sub("", host if host.isascii() else host.encode("idna").decode())
    except ValueError:
        return ""


def video_address(url: str) -> str:
    """The link without scheme, `www.` or `m.`, tracking parameters and fragment; the same for one video of a known site.

    At most 300 characters longer than the link. One that can't be taken apart is its own address.
    """
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return url
    site = video_site(url)
    return _known_address(site, parts) or f"{site}{port}{parts.path.rstrip('/')}{_kept_query(parts.query)}"


def _known_address(site: str, parts: SplitResult) -> str:
    pattern, written = KNOWN.get(site, ("(?!)", ""))
    found = re.search(pattern, f"{parts.path}?{parts.query}", re.ASCII)
    return written.format(found[found.lastindex or 0]) if found else ""


def _kept_query(query: str) -> str:
    kept = sorted(part for part in query.split("&") if part and not TRACKING.match(part))
    return f"?{'&'.join(kept)}" if kept else ""
