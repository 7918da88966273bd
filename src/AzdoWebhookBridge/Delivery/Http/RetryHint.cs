using System.Globalization;
using System.Net.Http.Headers;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>Reads when a service wants to be asked again. Absurd values are cut, negative and unreadable ones are no hint.</summary>
internal static class RetryHint
{
    private const double EpochFrom = 10_000;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary><c>Retry-After</c> in seconds or as a date.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var text = First(headers, "Retry-After");
        if (Seconds(text) is { } seconds)
        {
            return seconds;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Clamp((at - now).TotalSeconds)
            : null;
    }

    /// <summary>A reset header: seconds from now, or an epoch when it is too large for that (Port's own client reads it so).</summary>
    public static TimeSpan? Reset(HttpResponseHeaders headers, string name, DateTimeOffset now) =>
        Number(First(headers, name)) is not { } value ? null
        : value > EpochFrom ? Clamp(value - (now.ToUnixTimeMilliseconds() / 1000.0))
        : Clamp(value);

    public static long? Count(HttpResponseHeaders headers, string name) =>
        Number(First(headers, name)) is { } value and > -1e15 and < 1e15 ? (long)value : null;

    private static TimeSpan? Seconds(string? text) => Number(text) is { } value ? Clamp(value) : null;

    private static TimeSpan? Clamp(double seconds) =>
        seconds < 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds));

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static string? First(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;
}
