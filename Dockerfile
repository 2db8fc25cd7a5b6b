# The image of Sluice: Node, the bundled program, a configuration, and no shell. Nothing in it needs to be written to.
#   docker build -t sluice .
#   docker run --read-only -p 3030:3030 -v ./collector.yaml:/etc/sluice/collector.yaml:ro sluice

FROM node:26.10.0-trixie-slim AS build
WORKDIR /src
# The libraries first: this layer stays valid as long as the lock file does. No library's install script is needed here.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY build.mjs ./
COPY src ./src
RUN node build.mjs && find dist -name '*.map' -delete
# The shared libraries of node that the final image does not have; glibc it has, of the same Debian release.
RUN mkdir -p /runtime/lib \
 && ldd "$(command -v node)" | awk '/libatomic|libgcc_s|libstdc/ { print $3 }' | xargs cp -L -t /runtime/lib

FROM gcr.io/distroless/base-nossl-debian13:nonroot
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="Forwarding collector for Prometheus metrics of short-lived jobs" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /runtime/lib /usr/local/lib
COPY package.json LICENSE /app/
COPY bin /app/bin
COPY --from=build /src/dist /app/dist
COPY collector.yaml /etc/sluice/collector.yaml
# A compile cache would only last as long as the container, and the file system may be read-only.
ENV NODE_ENV=production \
    NODE_DISABLE_COMPILE_CACHE=1 \
    LD_LIBRARY_PATH=/usr/local/lib
USER 65532:65532
EXPOSE 3030
STOPSIGNAL SIGTERM
# For a configuration with another port than LISTEN_ADDRESS says, give a check of your own. Kubernetes ignores this one.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["node", "-e", "const a = process.env.LISTEN_ADDRESS ?? ':3030'; fetch('http://127.0.0.1' + a.slice(a.lastIndexOf(':')) + '/-/healthy').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/sluice.js"]
CMD ["--config", "/etc/sluice/collector.yaml"]
