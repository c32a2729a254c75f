"""What Celery does for judging. Importing this package registers all handlers."""

from judging.tasks import proof as proof
from judging.tasks import rounds as rounds
from judging.tasks import standings as standings
