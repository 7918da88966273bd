using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>A real web server on this machine that answers as a test says.</summary>
internal sealed class TinyServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TinyServer(WebApplication application) => _application = application;

    public ConcurrentQueue<(string Method, string Path, string? Authorization)> Seen { get; } = new();

    public Uri Address => new(_application.Urls.Single());

    public static async Task<TinyServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new TinyServer(builder.Build());
        server._application.Run(context =>
        {
            server.Seen.Enqueue((context.Request.Method, context.Request.Path.Value ?? "", context.Request.Headers.Authorization));
            return answer(context);
        });
        await server._application.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
