# One image for the api, the worker, the simulated fleet and the command line: which of them runs is the command.
#
# Nothing in it is written to: it runs with a read-only root file system. An api needs as many open files (nofile) as
# it may have connections, GRADUS_CONNECTIONS_AT_ONCE, and some hundred more; Node.js raises the soft limit itself.

FROM node:24-bookworm-slim AS base
WORKDIR /gradus

# Only what the four need at run time; every workspace's manifest, because the lock file names them all.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/domain/package.json packages/domain/
COPY packages/metrics/package.json packages/metrics/
COPY packages/outbound/package.json packages/outbound/
COPY packages/queues/package.json packages/queues/
COPY packages/redis/package.json packages/redis/
COPY packages/simulation/package.json packages/simulation/
COPY packages/store/package.json packages/store/
COPY packages/traces/package.json packages/traces/
COPY apps/api/package.json apps/api/
COPY apps/cli/package.json apps/cli/
COPY apps/cli/bin apps/cli/bin
COPY apps/console/package.json apps/console/
COPY apps/fleet/package.json apps/fleet/
COPY apps/worker/package.json apps/worker/
COPY test/package.json test/
RUN npm ci --omit=dev --workspace=@gradus/api --workspace=@gradus/worker --workspace=@gradus/fleet --workspace=@gradus/cli
# An optional peer of a dependency, which npm counts as needed because the builds have it.
RUN rm -r node_modules/typescript node_modules/@typescript

FROM base AS build
COPY . .
ENV TURBO_TELEMETRY_DISABLED=1
RUN npm ci && npx turbo run build

# A first process that passes signals on: the kernel keeps from it those that it has no handler for, such as SIGTERM
# while an api still waits for Redis.
FROM base AS init
RUN apt-get update && apt-get install --yes --no-install-recommends tini

# Node.js alone: without npm and whatever else installs or builds.
FROM debian:bookworm-slim
WORKDIR /gradus
COPY --from=base /usr/local/bin/node /usr/local/bin/
COPY --from=init /usr/bin/tini-static /usr/local/bin/tini
COPY --from=dependencies /gradus ./
COPY --from=build /gradus/packages/client/dist packages/client/dist
COPY --from=build /gradus/packages/domain/dist packages/domain/dist
COPY --from=build /gradus/packages/metrics/dist packages/metrics/dist
COPY --from=build /gradus/packages/outbound/dist packages/outbound/dist
COPY --from=build /gradus/packages/queues/dist packages/queues/dist
COPY --from=build /gradus/packages/redis/dist packages/redis/dist
COPY --from=build /gradus/packages/simulation/dist packages/simulation/dist
COPY --from=build /gradus/packages/store/dist packages/store/dist
COPY --from=build /gradus/packages/store/lua packages/store/lua
COPY --from=build /gradus/packages/traces/dist packages/traces/dist
COPY --from=build /gradus/apps/api/dist apps/api/dist
COPY --from=build /gradus/apps/cli/dist apps/cli/dist
COPY --from=build /gradus/apps/console/dist apps/console/dist
COPY --from=build /gradus/apps/fleet/dist apps/fleet/dist
COPY --from=build /gradus/apps/worker/dist apps/worker/dist
# By number, so that Kubernetes can see that it is not root.
USER 1000:1000
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
EXPOSE 3000
# The api's. Of a worker or a fleet nothing can be asked: switch it off for them, as docker-compose.yml does.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=10 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "apps/api/dist/main.js"]
