# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/ src/
RUN dotnet restore src/AzdoWebhookBridge --locked-mode \
 && dotnet publish src/AzdoWebhookBridge --no-restore -c Release -o /app -p:DebugType=none -p:PublishDocumentationFiles=false \
 && printf '#!/bin/sh\nexec dotnet /app/AzdoWebhookBridge.dll "$@"\n' > /app/bridge && chmod +x /app/bridge \
 && mkdir -p /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS final
# The image owns its data folder, so that a fresh volume is writable for the user below.
COPY --from=build --chown=1654:1654 /data /data
COPY --from=build /app /app
ENV ASPNETCORE_HTTP_PORTS=8080 \
    Storage__ConnectionString="Data Source=/data/bridge.db" \
    # A read-only root has no place for the runtime's diagnostic socket.
    DOTNET_EnableDiagnostics=0 \
    PATH="/app:$PATH"
WORKDIR /app
VOLUME /data
EXPOSE 8080
USER 1654
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["dotnet", "/app/AzdoWebhookBridge.dll", "health", "live"]
ENTRYPOINT ["dotnet", "/app/AzdoWebhookBridge.dll"]
