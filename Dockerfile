# syntax=docker/dockerfile:1

# The native binary needs the platform's linker, nothing else.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/ src/
# PublishAot stands in the server's project file: on the command line it would reach the source generator and break it.
RUN dotnet publish src/Server --configuration Release --output /app --use-current-runtime \
    && mkdir /data

# The C library and nothing else: no shell, no package manager.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /app/compat /app/compat
COPY --from=build --chown=$APP_UID:$APP_UID /data /var/lib/compat
USER $APP_UID
ENV KAFKA_LOG_DIRS=/var/lib/compat KAFKA_METRICS_PORT=9404
VOLUME /var/lib/compat
EXPOSE 9092 9404
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/app/compat", "--health"]
ENTRYPOINT ["/app/compat"]
