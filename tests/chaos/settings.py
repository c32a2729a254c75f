"""The product's own settings, with one app more. State folder and mail server come from the environment."""

from spotlight.settings import *  # noqa: F403
from spotlight.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.counting"]
