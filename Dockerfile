# One image for each function: build with --build-arg FUNCTION=points, jobs, results, web or worker. It needs the Node in
# it to start as it was built, so all stages share one base.
ARG FUNCTION=points

FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY functions/worker/package.json functions/worker/

# The packages of the functions that draw nothing: without vega and canvas.
FROM manifests AS packages-lean
RUN npm ci --omit=dev --workspaces=false

# The packages of the worker. Where no prebuilt canvas can be had it is compiled, against cairo and pango alone: Kymograph
# writes PNG and reads no pictures.
FROM manifests AS packages-drawing
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make pkg-config python3 libcairo2-dev libpango1.0-dev \
 && rm -rf /var/lib/apt/lists/*
RUN npm ci --omit=dev

FROM node:24-bookworm-slim AS esbuild
WORKDIR /image
COPY knative/image/package.json knative/image/package-lock.json .npmrc ./
RUN npm ci
COPY knative/image/*.mjs ./

# What a function runs on. Charts are drawn in a font that comes as a package; DejaVu has what that one lacks of Latin,
# Greek, Cyrillic and signs. Chinese, Japanese and Korean would add 90 MB: see docs/deploy.md.
FROM node:24-bookworm-slim AS lean
COPY --from=packages-lean /app/node_modules /app/node_modules

FROM node:24-bookworm-slim AS drawing
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpangocairo-1.0-0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
COPY --from=packages-drawing /app/node_modules /app/node_modules
COPY functions/worker/package.json /app/functions/worker/

FROM lean AS on-points
FROM lean AS on-jobs
FROM lean AS on-results
FROM lean AS on-web
FROM drawing AS on-worker

# One file for each program, and V8's compile cache of it, which holds for this Node and this user only. Each program is
# used once for that, with a Redis.
FROM on-${FUNCTION} AS bundled
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN mkdir .cache && chown 1000:1000 .cache
COPY package.json ./
COPY redis/scripts redis/scripts
COPY shared shared
COPY functions functions
COPY --from=esbuild /image /image
RUN node /image/bundle.mjs . bundle functions/main.ts functions/sweeper.ts functions/fsck.ts
USER 1000:1000
# A small young generation: what streams through a function is garbage at once, and would fill a large one first. V8's cache
# depends on its flags.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=4 NODE_COMPILE_CACHE=/app/.cache XDG_CACHE_HOME=/tmp
# Only from here on do the lean images differ.
ARG FUNCTION
RUN node /image/warm.mjs "$FUNCTION"

FROM on-${FUNCTION}
ARG FUNCTION
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kymograph-${FUNCTION}" \
      org.opencontainers.image.description="Kymograph: the function ${FUNCTION}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY package.json ./
COPY redis/scripts redis/scripts
COPY shared shared
COPY functions functions
COPY --from=bundled /app/bundle bundle
COPY --from=bundled /app/.cache .cache
# Nothing is written but to /tmp: fontconfig's cache.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=4 NODE_COMPILE_CACHE=/app/.cache XDG_CACHE_HOME=/tmp \
    HOST=0.0.0.0 PORT=8080 FUNCTION=${FUNCTION}
USER 1000:1000
EXPOSE 8080
# exec: Node is process 1, and SIGTERM reaches it.
CMD ["sh", "-c", "exec node bundle/functions/main.js \"$FUNCTION\""]
