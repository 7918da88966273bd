using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>
/// A catalog that answers at once and checks nothing: it takes Port's token and bulk calls and counts distinct work items. The sandbox,
/// which checks everything, would use more of the shared cores than the bridge.
/// </summary>
internal static class CatalogStub
{
    private const string Counted = "azure_devops_work_item";

    /// <summary>Starts it in a process of its own.</summary>
    public static Task<ServerProcess> StartAsync() =>
        ServerProcess.StartAsync([LoadRun.Self, "stub"], new Dictionary<string, string>(), "/count");

    public static Task<StubCount> CountAsync(HttpClient client) => client.GetFromJsonAsync<StubCount>("count")!;

    /// <summary>Asks until it has so many distinct work items.</summary>
    public static async Task<StubCount> UntilAsync(HttpClient client, long entities)
    {
        while (true)
        {
            if (await CountAsync(client) is { } count && count.Entities >= entities)
            {
                return count;
            }

            await Task.Delay(5);
        }
    }

    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var application = builder.Build();
        application.Urls.Add(Environment.GetEnvironmentVariable("ASPNETCORE_URLS")!);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var calls = 0;
        application.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            if (path.EndsWith("/access_token", StringComparison.Ordinal))
            {
                await WriteAsync(context, """{"ok":true,"accessToken":"stub-token","expiresIn":10800,"tokenType":"Bearer"}"""u8.ToArray());
            }
            else if (path.EndsWith("/entities/bulk", StringComparison.Ordinal))
            {
                using var buffer = new MemoryStream((int)(context.Request.ContentLength ?? 4096));
                await context.Request.Body.CopyToAsync(buffer);
                var identifiers = Identifiers(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
                lock (seen)
                {
                    calls++;
                    if (path.Contains(Counted, StringComparison.Ordinal))
                    {
                        seen.UnionWith(identifiers);
                    }
                }

                await WriteAsync(context, Answer(identifiers.Count));
            }
            else
            {
                await WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(new StubCount(seen.Count, calls), JsonSerializerOptions.Web));
            }
        });
        await application.RunAsync();
    }

    private static async Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }

    private static List<string> Identifiers(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var identifiers = new List<string>(20);
        while (reader.Read())
        {
            // {"entities":[{"identifier":…}]}
            if (reader.CurrentDepth == 3 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("identifier"u8))
            {
                reader.Read();
                identifiers.Add(reader.GetString()!);
            }
        }

        return identifiers;
    }

    private static byte[] Answer(int count)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok"u8, true);
            writer.WriteStartArray("entities"u8);
            for (var index = 0; index < count; index++)
            {
                writer.WriteStartObject();
                writer.WriteNumber("index"u8, index);
                writer.WriteBoolean("created"u8, true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("errors"u8);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}

/// <summary>What the stub has seen: distinct work items, and calls of any kind of entity.</summary>
internal sealed record StubCount(long Entities, long Calls);
