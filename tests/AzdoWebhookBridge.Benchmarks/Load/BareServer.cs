using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>What the ingest rate is compared to: Kestrel that reads and parses the same body and answers 202, and keeps nothing.</summary>
internal static class BareServer
{
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var application = builder.Build();
        var urls = Environment.GetEnvironmentVariable("ASPNETCORE_URLS")!;
        application.Urls.Add(urls);
        application.Run(async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                using var buffer = new MemoryStream((int)(context.Request.ContentLength ?? 4096));
                await context.Request.Body.CopyToAsync(buffer);
                using var json = JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
                context.Response.StatusCode = json.RootElement.TryGetProperty("eventType", out _) ? 202 : 400;
            }

            context.Response.ContentLength = 0;
        });
        await application.RunAsync();
    }
}
