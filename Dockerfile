# SPDX-License-Identifier: Apache-2.0
# An image for each program, as a target: gateway, tasks, accounts. One file for all, because they come out of one build
# (the same rooms, the same generated code); each target takes only its program and the libraries that it needs from it,
# so that nothing of the database is in the image that faces the network.

FROM debian:bookworm-slim AS build
SHELL ["/bin/bash", "-c"]
WORKDIR /project
# Apart from the sources, so that a change of those does not install the compilers again.
COPY script/lib/common.sh script/lib/
RUN . script/lib/common.sh && install_packages "${packages_server[@]}"
COPY . .
RUN . script/lib/common.sh && build build/image -Dbuildtype=release -- \
    tasks-service:executable accounts-service:executable gateway:executable tasks:executable tasks-admin:executable

# The number is fixed: volumes that hold files of this user outlive the image.
FROM debian:bookworm-slim AS base
RUN groupadd --gid 10001 taskwire \
    && useradd --uid 10001 --gid taskwire --no-create-home --home-dir /var/lib/taskwire --shell /usr/sbin/nologin taskwire \
    && install -d -o taskwire -g taskwire -m 700 /var/lib/taskwire
ENV TW_DATA_DIR=/var/lib/taskwire LANG=C.UTF-8

# What both services need, and what operators use beside them. The certificates are for databases that are reached through TLS.
FROM base AS service
RUN apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
       ca-certificates libglib2.0-0 libjansson4 libmongoc-1.0-0 libsodium23 libsqlite3-0 libthrift-c-glib0 \
    && rm -rf /var/lib/apt/lists/*
# libmongoc's counters are files in /dev/shm otherwise.
ENV MONGOC_DISABLE_SHM=1
COPY --from=build /project/build/image/cli/tasks /project/build/image/admin/tasks-admin /usr/local/bin/

FROM service AS tasks
COPY --from=build /project/build/image/tasks-service/tasks-service /usr/local/bin/
USER 10001:10001
EXPOSE 6001
HEALTHCHECK --interval=5s --timeout=12s --start-period=60s --retries=3 \
    CMD tasks check --json | grep -q '"ok":true'
ENTRYPOINT ["tasks-service"]

FROM service AS accounts
COPY --from=build /project/build/image/accounts-service/accounts-service /usr/local/bin/
USER 10001:10001
EXPOSE 6002
HEALTHCHECK --interval=5s --timeout=12s --start-period=60s --retries=3 \
    CMD tasks --service accounts check --json | grep -q '"ok":true'
ENTRYPOINT ["accounts-service"]

FROM base AS gateway
RUN apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
       libglib2.0-0 libjansson4 libjwt0 libmicrohttpd12 libmimalloc2.0 libsodium23 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /project/build/image/gateway/gateway /usr/local/bin/
COPY deploy/is-ready /usr/local/bin/
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=12s --start-period=60s --retries=3 CMD ["is-ready"]
ENTRYPOINT ["gateway"]
