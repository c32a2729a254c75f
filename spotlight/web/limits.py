"""How often an address may do what costs people or machines time. Counted in the cache: without one nobody is turned away."""

import datetime

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

DAY = 86_400


def is_within(request: HttpRequest, what: str, *, on: datetime.date, a_day: int) -> bool:
    """Count one more of `what` from the visitor's address on a day; whether that is still one of the first `a_day`."""
    key = f"{what}:{on}:{request.META.get('REMOTE_ADDR', '')}"
    try:
        cache.add(key, 0, DAY)
        return int(cache.incr(key)) <= a_day
    except (RedisError, OSError, ValueError):
        return True
