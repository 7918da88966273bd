using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>A whole answer, read to its end within the limits.</summary>
internal sealed class HttpAnswer
{
    private const int LongestExcerpt = 300;

    public required int Status { get; init; }

    public string? MediaType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public TimeSpan? RateLimitReset { get; init; }

    public long? RateLimitRemaining { get; init; }

    public long? RateLimit { get; init; }

    public string? TraceId { get; init; }

    /// <summary>The service's clock when it answered, in whole seconds.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>What Azure DevOps wants to be asked for the next page with; null after the last.</summary>
    public string? Continuation { get; init; }

    /// <summary>What must not come back in a reason even when a service echoes it.</summary>
    public IReadOnlyList<SecretText> Secrets { get; init; } = [];

    public bool IsSuccess => Status is >= 200 and < 300;

    public bool IsRedirect => Status is >= 300 and < 400;

    /// <summary>A page for people instead of an answer: a proxy or a sign-in page spoke, not the service.</summary>
    public bool IsPage =>
        Status == 203
        || MediaType is "text/html" or "application/xhtml+xml"
        || (Body.Length > 0 && FirstVisible(Body.Span) == (byte)'<');

    /// <summary>The body as a JSON object; null when it is anything else.</summary>
    public JsonDocument? TryReadObject() => TryRead(JsonValueKind.Object);

    /// <summary>The body as a JSON array; null when it is anything else.</summary>
    public JsonDocument? TryReadList() => TryRead(JsonValueKind.Array);

    /// <summary>Text of the service fit for a reason: one line, short, without secrets.</summary>
    public string Excerpt(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "";
        }

        foreach (var secret in Secrets)
        {
            if (!secret.IsEmpty)
            {
                text = text.Replace(secret.Reveal(), secret.ToString(), StringComparison.Ordinal);
            }
        }

        var line = new StringBuilder(Math.Min(text.Length, LongestExcerpt));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= LongestExcerpt)
            {
                line.Append('…');
                break;
            }

            if (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune))
            {
                if (line.Length > 0 && line[^1] != ' ')
                {
                    line.Append(' ');
                }
            }
            else
            {
                line.Append(rune.ToString());
            }
        }

        return line.ToString().Trim();
    }

    private JsonDocument? TryRead(JsonValueKind kind)
    {
        try
        {
            var document = JsonDocument.Parse(Body);
            if (document.RootElement.ValueKind == kind)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // The caller says what that means; nothing in the body can be trusted.
        }

        return null;
    }

    private static byte FirstVisible(ReadOnlySpan<byte> body)
    {
        var rest = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
        rest = rest.TrimStart(" \t\r\n"u8);
        return rest.IsEmpty ? (byte)0 : rest[0];
    }
}

/// <summary>What came of a request: an answer, or why there is none.</summary>
internal readonly record struct HttpOutcome(HttpAnswer? Answer, string? Failure);
