# Both programs, kafka-restore and kafka-restore-silo, in one image; docs/running-a-cluster.md.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
ARG TARGETARCH=amd64
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src src
# Into one folder: they share nearly every library.
RUN dotnet publish src/KafkaRestore.Cli -c Release -a "$TARGETARCH" --no-self-contained -o /programs \
    && dotnet publish src/KafkaRestore.Silo -c Release -a "$TARGETARCH" --no-self-contained -o /programs

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble
# Segments and batches are compressed with the system's libraries.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libzstd1 liblz4-1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /programs /opt/kafka-restore
ENV PATH="/opt/kafka-restore:$PATH" \
    DOTNET_EnableDiagnostics=0
USER $APP_UID
WORKDIR /home/app
EXPOSE 8080 11111
CMD ["kafka-restore", "--help"]
