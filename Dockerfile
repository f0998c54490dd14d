# The operator as one bundled file on a distroless Node. Nothing is compiled for a platform, so one build serves them all.
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

FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /larder/dist/larder.mjs /larder.mjs
COPY LICENSE /LICENSE
# What a burst took is given back soon (--optimize-for-size costs a quarter more CPU), by malloc too; the old generation has
# room for bursts (docs/performance.md).
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
EXPOSE 8080
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "--optimize-for-size", "--max-semi-space-size=4", "--max-old-space-size=256", "/larder.mjs"]
