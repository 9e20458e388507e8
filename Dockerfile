FROM python:3.13-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/turnout

# With a C compiler, for gunicorn-h1c.
FROM python:3.13-bookworm AS service-packages
WORKDIR /srv/turnout
COPY requirements/service.txt requirements/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/service.txt

FROM python:3.13-bookworm AS development-packages
WORKDIR /srv/turnout
COPY requirements/dev.txt requirements/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/dev.txt

FROM base AS source
RUN useradd --uid 10001 --create-home turnout && install -d -o turnout /data
COPY domain domain
COPY application application
COPY adapters adapters
COPY entrypoints entrypoints
COPY LICENSE ./
USER turnout
ENV HOST=0.0.0.0 PORT=8000 METRICS_HOST=0.0.0.0 DATA_DIR=/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz/')"]
ENTRYPOINT ["python", "-m", "entrypoints.cli"]
CMD ["serve", "--migrate"]

# For development: includes the tests and what they need.
FROM source AS development
COPY --from=development-packages /opt/venv /opt/venv
COPY pyproject.toml README.md openapi.json ./
COPY docs/errors.md docs/
COPY docs/examples docs/examples
COPY deploy deploy
COPY tests tests
# The source directory is read-only for the user.
ENV PYTEST_ADDOPTS="-p no:cacheprovider" HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis

# For deployment: only the service.
FROM source AS service
LABEL org.opencontainers.image.title="Turnout" org.opencontainers.image.licenses="MIT"
COPY --from=service-packages /opt/venv /opt/venv
