using System.Diagnostics;
using System.Text.Json;

namespace AzdoWebhookBridge.Operations.Problems;

/// <summary>One error answer. It holds what is wrong and where; never exception text, never what was sent.</summary>
internal sealed record Problem(ProblemType Type, string Detail)
{
    public const string ContentType = "application/problem+json";

    /// <summary>By field, what is wrong with it.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Type.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        var body = Render(Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private byte[] Render(string traceId)
    {
        using var buffer = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, Type.Uri);
            writer.WriteString("title"u8, Type.Title);
            writer.WriteNumber("status"u8, Type.Status);
            writer.WriteString("detail"u8, Detail);
            if (Errors is not null)
            {
                WriteErrors(writer, Errors);
            }

            writer.WriteString("traceId"u8, traceId);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteErrors(Utf8JsonWriter writer, IReadOnlyDictionary<string, string[]> errors)
    {
        writer.WriteStartObject("errors"u8);
        foreach (var (field, messages) in errors)
        {
            writer.WriteStartArray(field);
            foreach (var message in messages)
            {
                writer.WriteStringValue(message);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
