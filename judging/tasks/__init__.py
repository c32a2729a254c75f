"""What Celery does for judging. Importing this package registers all handlers."""

from judging.tasks import standings as standings
