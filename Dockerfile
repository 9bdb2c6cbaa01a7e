# One image for the api, the worker, the simulated fleet and the command line: which of them runs is the command.

FROM node:24-bookworm-slim AS base
WORKDIR /gradus

# Only what the four need at run time; every workspace's manifest, because the lock file names them all.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/domain/package.json packages/domain/
COPY packages/queues/package.json packages/queues/
COPY packages/redis/package.json packages/redis/
COPY packages/store/package.json packages/store/
COPY apps/api/package.json apps/api/
COPY apps/cli/package.json apps/cli/
COPY apps/cli/bin apps/cli/bin
COPY apps/fleet/package.json apps/fleet/
COPY apps/worker/package.json apps/worker/
COPY test/package.json test/
RUN npm ci --omit=dev --workspace=@gradus/api --workspace=@gradus/worker --workspace=@gradus/fleet --workspace=@gradus/cli

FROM base AS build
COPY . .
ENV TURBO_TELEMETRY_DISABLED=1
RUN npm ci && npx turbo run build

FROM base
ENV NODE_ENV=production
COPY --from=dependencies /gradus ./
COPY --from=build /gradus/packages/client/dist packages/client/dist
COPY --from=build /gradus/packages/domain/dist packages/domain/dist
COPY --from=build /gradus/packages/queues/dist packages/queues/dist
COPY --from=build /gradus/packages/redis/dist packages/redis/dist
COPY --from=build /gradus/packages/store/dist packages/store/dist
COPY --from=build /gradus/packages/store/lua packages/store/lua
COPY --from=build /gradus/apps/api/dist apps/api/dist
COPY --from=build /gradus/apps/cli/dist apps/cli/dist
COPY --from=build /gradus/apps/fleet/dist apps/fleet/dist
COPY --from=build /gradus/apps/worker/dist apps/worker/dist
USER node
ENV HOST=0.0.0.0 PORT=3000
EXPOSE 3000
CMD ["node", "apps/api/dist/main.js"]
