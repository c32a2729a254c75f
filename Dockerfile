# Spotlight for production; docker-compose.yml runs it as web, worker, beat and migrate.
FROM python:3.12-slim AS packages
RUN python -m venv /opt/venv
COPY deploy/requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=spotlight.settings SPOTLIGHT_VAR=/var/spotlight STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --home-dir /var/spotlight spotlight \
    && install -d -o spotlight -g spotlight /var/spotlight /var/spotlight/media
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/spotlight
COPY manage.py pyproject.toml ./
COPY spotlight spotlight
COPY submissions submissions
COPY judging judging
COPY series series
COPY templates templates
COPY static static
COPY locale locale
# Collecting needs settings, not servers; neither of these two values stays in the image.
RUN python -m spotlight.catalogs \
    && DATABASE_URL=postgresql://build@localhost/build SECRET_KEY=$(python -c 'print("x" * 64)') \
       python manage.py collectstatic --noinput -v0
USER spotlight
VOLUME /var/spotlight
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "spotlight.serve.web"]
