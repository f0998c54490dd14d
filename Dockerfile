# The operator as one bundled file on a distroless Node: the last stage, and so what is built by default. Nothing is
# compiled for a platform, so one build serves them all.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /larder
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
COPY emulator/package.json emulator/
COPY controlplane/package.json controlplane/
RUN npm install --no-save --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/
COPY src src
RUN node scripts/build.ts

# The emulator alone: docker build --target emulator. Debian 13 has redis, valkey and memcached.
FROM build AS emulator-build
COPY emulator emulator
RUN npm run build -w emulator

FROM node:24-trixie-slim AS emulator
RUN apt-get update \
    && apt-get install -y --no-install-recommends redis-server valkey-server memcached \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /emulator
COPY emulator/package.json ./
RUN npm install --omit=dev --no-audit --no-fund
COPY --from=emulator-build /larder/emulator/dist dist
COPY LICENSE ./
ENV NODE_ENV=production
EXPOSE 8001
USER node
# Nodes have ports and addresses of their own on loopback: run it with --network host to reach them from outside.
ENTRYPOINT ["node", "dist/main.js", "--host", "0.0.0.0", "--port", "8001"]

FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /larder/dist/larder.mjs /larder.mjs
COPY LICENSE /LICENSE
# What a burst took is given back soon (--optimize-for-size costs a quarter more CPU), by malloc too; the old generation has
# room for bursts (docs/performance.md).
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
EXPOSE 8080
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "--optimize-for-size", "--max-semi-space-size=4", "--max-old-space-size=256", "/larder.mjs"]
