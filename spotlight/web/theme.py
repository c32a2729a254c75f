"""A season's theme as a stylesheet: four custom properties in ``@layer theme``, nothing else. Pure."""

import re

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})\Z", re.IGNORECASE)
OKLCH = re.compile(rf"oklch\(\s*({NUMBER})(%?)\s+({NUMBER})\s+({NUMBER})(?:deg)?\s*\)\Z", re.IGNORECASE)
RGB = re.compile(rf"rgb\(\s*({NUMBER})\s*[, ]\s*({NUMBER})\s*[, ]\s*({NUMBER})\s*\)\Z", re.IGNORECASE)
LOGO = re.compile(r"(?:https://[A-Za-z0-9.-]+(?::\d+)?)?/[A-Za-z0-9_./%?=&~+-]*\Z")
RADII = {"0", "2px", "4px", "6px", "8px"}


class ThemeRefused(ValueError):
    """A theme value is not one of the forms we print into a stylesheet. ``field`` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def theme_css(*, brand: str = "", hue: int | None = None, radius: str = "", logo_url: str = "") -> str:
    """The stylesheet of a season; empty values keep the default. Raises ThemeRefused for anything not recognized."""
    lines = []
    if brand:
        lines.append(f"--brand: {color(brand)};")
    if hue is not None:
        lines.append(f"--brand-hue: {_hue(hue)};")
    if radius:
        lines.append(f"--radius: {_radius(radius)};")
    if logo_url:
        lines.append(f'--logo: url("{_logo(logo_url)}");')
    return f"@layer theme {{ :root {{ {' '.join(lines)} }} }}\n" if lines else ""


def color(value: str) -> str:
    """A color as we print it: ``#rgb``, ``#rrggbb``, ``rgb()`` or ``oklch()``; raises ThemeRefused otherwise."""
    text = value.strip()
    if HEX.match(text):
        return text.lower()
    if match := OKLCH.match(text):
        return _oklch(*match.groups())
    if match := RGB.match(text):
        return _rgb([float(part) for part in match.groups()])
    raise ThemeRefused("brand", "Write the color as #rrggbb, rgb(…) or oklch(lightness chroma hue).")


def _oklch(lightness: str, percent: str, chroma: str, hue: str) -> str:
    light = float(lightness) / (100 if percent else 1)
    if not (0 <= light <= 1 and 0 <= float(chroma) <= 0.5):
        raise ThemeRefused("brand", "In oklch(…), lightness runs from 0 to 1 and chroma from 0 to 0.5.")
    return f"oklch({light:g} {float(chroma):g} {float(hue) % 360:g})"


def _rgb(parts: list[float]) -> str:
    if not all(0 <= part <= 255 for part in parts):
        raise ThemeRefused("brand", "In rgb(…), each part runs from 0 to 255.")
    return "rgb({:g} {:g} {:g})".format(*parts)


def _hue(value: int) -> int:
    if not 0 <= value <= 360:
        raise ThemeRefused("hue", "The hue is an angle from 0 to 360.")
    return value


def _radius(value: str) -> str:
    if value not in RADII:
        raise ThemeRefused("radius", "Corners are one of 0, 2px, 4px, 6px or 8px.")
    return value


def _logo(value: str) -> str:
    if not LOGO.match(value) or ".." in value or value.startswith("//"):
        raise ThemeRefused("logo", "The logo is an address on this site, or one that starts with https://.")
    return value
