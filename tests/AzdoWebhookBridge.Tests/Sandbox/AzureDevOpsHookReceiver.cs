using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Sandbox;

/// <summary>Somebody's web hook: keeps what comes and answers what it is told to.</summary>
internal sealed class AzureDevOpsHookReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private AzureDevOpsHookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _application = builder.Build();
        _application.MapFallback("{**path}", ReceiveAsync);
    }

    public Uri Url => new(new Uri(_application.Urls.First()), "hooks");

    public ConcurrentQueue<HookDelivery> Deliveries { get; } = new();

    public IReadOnlyList<string> EventTypes => [.. Deliveries.Select(delivery => (string)delivery.Json["eventType"]!)];

    /// <summary>What it answers; 0 ends the connection without an answer.</summary>
    public Func<HookDelivery, int> Answer { get; set; } = _ => 200;

    /// <summary>Answers wait for it.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Counts what arrived.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    public static async Task<AzureDevOpsHookReceiver> StartAsync()
    {
        var receiver = new AzureDevOpsHookReceiver();
        await receiver._application.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Arrived.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var delivery = new HookDelivery(headers, body);
        Deliveries.Enqueue(delivery);
        Arrived.Release();
        await Hold.WaitAsync(context.RequestAborted);
        var status = Answer(delivery);
        if (status == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
    }
}

internal sealed record HookDelivery(IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json { get; } = JsonNode.Parse(Body)!;
}
