using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace AzdoWebhookBridge.Ingress;

/// <summary>
/// Headers and query parameters as rules see them, without anything that could be a secret: stored with the event, shown to
/// operators. Sorted by name, so that the same request gives the same bytes.
/// </summary>
internal static class DeliveryContext
{
    private static readonly string[] SecretNames = ["authorization", "cookie", "proxy-authorization", "x-api-key"];
    private static readonly string[] SecretParts = ["token", "secret", "password", "key"];

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <param name="request">The delivery.</param>
    /// <param name="secretHeader">The header that carries the configured secret, or null.</param>
    public static byte[] Render(HttpRequest request, string? secretHeader)
    {
        var scratch = _scratch ??= new Scratch();
        scratch.Reset();
        var writer = scratch.Writer;
        writer.WriteStartObject();
        writer.WriteStartObject("headers"u8);
        foreach (var header in request.Headers)
        {
            if (!IsSecret(header.Key, secretHeader))
            {
                scratch.Pairs.Add(header);
            }
        }

        scratch.WritePairs(lowerCase: true);
        writer.WriteEndObject();
        writer.WriteStartObject("queryParams"u8);
        if (request.QueryString.HasValue)
        {
            foreach (var parameter in request.Query)
            {
                if (!IsSecret(parameter.Key, secretHeader))
                {
                    scratch.Pairs.Add(parameter);
                }
            }

            scratch.WritePairs(lowerCase: false);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return scratch.Buffer.WrittenSpan.ToArray();
    }

    private static bool IsSecret(string name, string? secretHeader)
    {
        if (name.Equals(secretHeader, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (var secret in SecretNames)
        {
            if (name.Equals(secret, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (var part in SecretParts)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Kept per thread: rendering is synchronous, and these would be half of a request's allocations.</summary>
    private sealed class Scratch
    {
        private const int MaxKeptBytes = 64 * 1024;

        public Scratch()
        {
            Buffer = new ArrayBufferWriter<byte>(1024);
            Writer = new Utf8JsonWriter(Buffer, new JsonWriterOptions { SkipValidation = true });
        }

        public ArrayBufferWriter<byte> Buffer { get; private set; }

        public Utf8JsonWriter Writer { get; }

        public List<KeyValuePair<string, StringValues>> Pairs { get; } = [];

        public void Reset()
        {
            Pairs.Clear();
            if (Buffer.Capacity > MaxKeptBytes)
            {
                Buffer = new ArrayBufferWriter<byte>(1024);
            }

            Buffer.ResetWrittenCount();
            Writer.Reset(Buffer);
        }

        public void WritePairs(bool lowerCase)
        {
            Pairs.Sort(static (left, right) => StringComparer.OrdinalIgnoreCase.Compare(left.Key, right.Key));
            foreach (var (name, values) in Pairs)
            {
                Writer.WriteString(Clean(lowerCase ? name.ToLowerInvariant() : name), Clean(values.ToString()));
            }

            Pairs.Clear();
        }

        // The writer itself turns lone surrogates into U+FFFD.
        private static string Clean(string text) =>
            text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
    }
}
