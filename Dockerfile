# The image of Sluice: Node and the bundled program, without a shell. It can be read-only. See docs/container.md.
#   docker build -t sluice .
#   docker run --read-only -p 3030:3030 -e REMOTE_WRITE_URL=https://metrics.example.com/api/v1/write sluice

# The bundle is the same for every platform, so it is made on the builder's own: no step of this file needs emulation.
FROM --platform=$BUILDPLATFORM node:26.10.0-trixie-slim AS build
WORKDIR /src
# The libraries first: this layer stays valid as long as the lock file does. No library's install script is needed here.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY packaging ./packaging
COPY src ./src
RUN node packaging/bundle.mjs && node packaging/sbom.mjs sbom.cdx.json && find dist -name '*.map' -delete \
    && rm dist/lambda.* && mkdir -p volumes/sluice
# What Node compiles at a start. Node ignores it on another architecture or processor, and compiles again.
COPY bin ./bin
RUN node packaging/compile-cache.mjs compile-cache

# Node of the platform that is built for; nothing is run here.
FROM node:26.10.0-trixie-slim AS runtime

FROM gcr.io/distroless/base-nossl-debian13:nonroot
ARG REVISION=unknown
ARG SOURCE=https://github.com/sluice-metrics/sluice
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="Forwarding collector for Prometheus metrics of short-lived jobs" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=runtime /usr/local/bin/node /usr/local/bin/node
# The shared libraries of node that the base does not have; glibc it has, of the same Debian release.
COPY --from=runtime /usr/lib/*-linux-gnu/libatomic.so.1 /usr/lib/*-linux-gnu/libgcc_s.so.1 \
     /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/local/lib/
COPY --from=runtime /usr/local/LICENSE* /app/node/
COPY package.json LICENSE /app/
COPY bin /app/bin
COPY --from=build /src/sbom.cdx.json /app/
COPY --from=build /src/dist /app/dist
COPY --from=build /src/compile-cache /app/compile-cache
# For a spool: a volume that is mounted here for the first time gets the owner of this folder.
COPY --from=build --chown=65532:65532 /src/volumes/ /var/lib/
# A file at this path is used; without one the configuration comes from environment variables. The compile cache is only
# read: its folder is root's, and the file system may be read-only.
ENV SLUICE_DEFAULT_CONFIG_FILE=/etc/sluice/collector.yaml \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/compile-cache \
    NODE_COMPILE_CACHE_PORTABLE=1 \
    LD_LIBRARY_PATH=/usr/local/lib
USER 65532:65532
EXPOSE 3030
STOPSIGNAL SIGTERM
# For a configuration with another port than LISTEN_ADDRESS says, set that too, or SLUICE_URL. Kubernetes ignores this check.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["node", "/app/bin/sluice.js", "wait-ready", "--timeout", "2s"]
ENTRYPOINT ["node", "/app/bin/sluice.js"]
