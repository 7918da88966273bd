using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>One request on its way through a stand-in.</summary>
internal sealed class SandboxExchange
{
    // Refused by a vendor long before; here only so that a broken client cannot fill the memory.
    private const int ReadLimit = 64 * 1024 * 1024;

    private static readonly JsonDocumentOptions JsonOptions = new() { AllowDuplicateProperties = false };

    private readonly string[] _segments;

    private SandboxExchange(SandboxRequest request, int bodyBytes)
    {
        Request = request;
        BodyBytes = bodyBytes;

        // The server decodes %25 and leaves %2F in its own Path, so "a%2Fb" and "a%252Fb" look alike there.
        _segments = [.. request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
    }

    public SandboxRequest Request { get; }

    public int BodyBytes { get; }

    /// <summary>The parsed body; null when there is none, it is no JSON, or it is the literal null.</summary>
    public JsonNode? Json { get; private init; }

    public bool IsBrokenJson { get; private init; }

    public bool HasJsonContentType =>
        Request.Headers.TryGetValue("Content-Type", out var type)
        && type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    /// <summary>A path segment, decoded; 0 is the first.</summary>
    public string Segment(int index) => _segments[index];

    public string? QueryValue(string name) => Request.Query.TryGetValue(name, out var values) ? values[0] : null;

    public static async Task<SandboxExchange> ReadAsync(HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while (buffer.Length < ReadLimit && (read = await context.Request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            buffer.Write(chunk, 0, read);
        }

        var body = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        var request = new SandboxRequest
        {
            Method = context.Request.Method,
            Path = RawPath(context),
            QueryString = context.Request.QueryString.Value ?? "",
            Query = context.Request.Query.ToDictionary(
                pair => pair.Key, IReadOnlyList<string> (pair) => [.. pair.Value.Select(value => value ?? "")], StringComparer.Ordinal),
            Headers = context.Request.Headers.ToDictionary(
                pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body,
            At = time.GetUtcNow(),
        };
        var (json, broken) = Parse(body);
        return new SandboxExchange(request, (int)buffer.Length) { Json = json, IsBrokenJson = broken };
    }

    private static string RawPath(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    private static (JsonNode? Json, bool Broken) Parse(string body)
    {
        if (body.Length == 0)
        {
            return (null, false);
        }

        try
        {
            return (JsonNode.Parse(body, documentOptions: JsonOptions), false);
        }
        catch (JsonException)
        {
            return (null, true);
        }
    }
}
