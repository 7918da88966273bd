using System.Text.Json;

namespace AzdoWebhookBridge.Operations.Health;

internal static class HealthEndpoints
{
    public const string LivePath = "/health/live";
    public const string ReadyPath = "/health/ready";
    public const string StartupPath = "/health/startup";

    /// <summary>Open to anyone, because probes bring no credential; they say nothing that is worth hiding.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var checks = endpoints.ServiceProvider.GetRequiredService<HealthChecks>();
        Map(LivePath, _ => Task.FromResult(HealthChecks.Live()));
        Map(ReadyPath, _ => checks.ReadyAsync());
        Map(StartupPath, _ => Task.FromResult(checks.Startup()));
        return endpoints;

        void Map(string path, Func<HttpContext, Task<HealthAnswer>> answer) =>
            endpoints.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], async context => await WriteAsync(context, await answer(context)))
                .AllowAnonymous()
                .ExcludeFromDescription()
                .ShortCircuit();
    }

    private static async Task WriteAsync(HttpContext context, HealthAnswer answer)
    {
        context.Response.StatusCode = answer.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(Render(answer), context.RequestAborted);
        }
    }

    private static byte[] Render(HealthAnswer answer)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, Name(answer.Status));
            writer.WriteStartArray("checks"u8);
            foreach (var check in answer.Checks)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, check.Name);
                writer.WriteString("status"u8, Name(check.Report.Status));
                writer.WriteString("detail"u8, check.Report.Detail);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
