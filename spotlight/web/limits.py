"""How often an address may do what costs people or machines time. Counted in the cache: without one nobody is turned away.

Counters are named after a keyed hash of the address, so that no address of a visitor lies in Redis.
"""

import datetime

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

DAY = 86_400


def visitor_mark(request: HttpRequest, about: str) -> str:
    """The visitor's address as a hash under SECRET_KEY: the same for what is counted together, and no address."""
    address = request.META.get("REMOTE_ADDR", "")
    return salted_hmac(f"spotlight.web.limits:{about}", address, algorithm="sha256").hexdigest()[:32]


def is_within(request: HttpRequest, what: str, *, on: datetime.date, a_day: int) -> bool:
    """Count one more of `what` from the visitor's address on a day; whether that is still one of the first `a_day`."""
    key = f"{what}:{on}:{visitor_mark(request, str(on))}"
    try:
        cache.add(key, 0, DAY)
        return int(cache.incr(key)) <= a_day
    except (RedisError, OSError, ValueError):
        return True
