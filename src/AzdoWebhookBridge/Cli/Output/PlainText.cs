using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>
/// Text from elsewhere (payloads, other services) for a terminal: without control characters, which could move the cursor or
/// change the window's title, and on one line.
/// </summary>
internal static class PlainText
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Clean(string? text, int maxLength = int.MaxValue)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var clean = text.Any(IsUnsafe) ? string.Create(text.Length, text, static (span, source) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                span[index] = IsUnsafe(source[index]) ? '\uFFFD' : source[index];
            }
        }) : text;
        return clean.Length <= maxLength ? clean : clean[..(maxLength - 1)] + "…";
    }

    /// <summary>A cell of a table.</summary>
    public static Text Cell(string? text) => new(Clean(text, 200));

    public static Text Cell(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>UTC, to the second: <c>2026-01-05 09:00:00Z</c>.</summary>
    public static string Time(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture) ?? "";

    public static Text TimeCell(DateTimeOffset? time) => new(Time(time));

    /// <summary>JSON for people: indented; what could do harm is escaped.</summary>
    public static string Json(JsonElement json)
    {
        var text = JsonSerializer.Serialize(json, Indented);
        // JSON escapes C0 only; its own line breaks stay.
        return text.Any(IsUnsafeInJson) ? new string([.. text.Select(letter => IsUnsafeInJson(letter) ? '\uFFFD' : letter)]) : text;
    }

    // Bidirectional overrides can make a line read as another one.
    private static bool IsUnsafe(char letter) => char.IsControl(letter) || letter is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';

    private static bool IsUnsafeInJson(char letter) => letter is not ('\n' or '\r') && IsUnsafe(letter);
}
