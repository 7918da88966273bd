using System.Buffers.Text;
using System.Text;

namespace AzdoWebhookBridge.Ingress;

/// <summary>The 202 answers. The event's id is a string: it is 64 bits wide, and JavaScript's numbers are not.</summary>
internal sealed class DeliveryAnswer
{
    public static readonly DeliveryAnswer Accepted = new("accepted");
    public static readonly DeliveryAnswer Duplicate = new("duplicate");
    public static readonly DeliveryAnswer Test = new("test");

    private const int MaxIdLength = 20;

    private readonly byte[] _start;

    private DeliveryAnswer(string status)
    {
        Status = status;
        _start = Encoding.UTF8.GetBytes($$"""{"status":"{{status}}","eventId":" """.TrimEnd());
    }

    public string Status { get; }

    public Task WriteAsync(HttpResponse response, long eventId)
    {
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentType = "application/json";
        var span = response.BodyWriter.GetSpan(_start.Length + MaxIdLength + 2);
        _start.CopyTo(span);
        Utf8Formatter.TryFormat(eventId, span[_start.Length..], out var idLength);
        var length = _start.Length + idLength;
        "\"}"u8.CopyTo(span[length..]);
        response.ContentLength = length + 2;
        response.BodyWriter.Advance(length + 2);
        // Completing the request flushes; nobody waits here for a sender that reads slowly.
        return Task.CompletedTask;
    }
}
