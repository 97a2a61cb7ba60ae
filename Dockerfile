# The same thing as `make run`, without the demonstration: the tablet application, then the server.
FROM node:20-slim AS pwa
WORKDIR /build/pwa
COPY pwa/package.json pwa/package-lock.json pwa/.npmrc ./
RUN npm ci --silent
COPY forms/data /build/forms/data
COPY pwa ./
RUN npm run build

FROM python:3.11-slim AS packages
COPY requirements.txt /
RUN python -m venv /escale/.venv && /escale/.venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 escale && install -d -o escale /data /keys
WORKDIR /escale
COPY --from=packages /escale/.venv ./.venv
COPY deploy/escale ./.venv/bin/escale
COPY pyproject.toml ./
COPY forms ./forms
COPY sync ./sync
COPY server ./server
COPY --from=pwa /build/pwa/dist ./pwa/dist
ENV ESCALE_DATA=/data ESCALE_KEYS=/keys ESCALE_HOST=0.0.0.0 PYTHONUNBUFFERED=1 PATH=/escale/.venv/bin:$PATH
USER escale
VOLUME ["/data", "/keys"]
EXPOSE 8000
HEALTHCHECK CMD ["escale", "health"]
ENTRYPOINT ["escale"]
CMD ["serve"]
