"""What axe has to say about a page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OF_COLOR: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules that may find something else in the other scheme: schemes differ in nothing but colors."""

SETTLED = """async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  do { await frame(); await frame() } while (document.getAnimations().some((one) => one instanceof CSSTransition && one.playState !== 'finished'))
}"""
"""Ends when no color is on its way to another one any more."""


def violations(page: Page, options: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Rule and element of everything that is wrong with the page as it looks now."""
    found = Axe().run(page, options=options).response["violations"]
    return [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]]


def violations_in_both_schemes(page: Page) -> list[tuple[str, str, str]]:
    """Scheme, rule and element: every rule in the light, the rules of color in the dark."""
    wrong = []
    for scheme, options in (("light", None), ("dark", OF_COLOR)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        wrong += [(scheme, *found) for found in violations(page, options)]
    return wrong
