using System.Globalization;
using System.Text.Json;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>A page that is asked for by how many elements come before it.</summary>
/// <param name="Skip">How many those are.</param>
/// <param name="First">The id that the page before begins with; one that begins so as well is the same page.</param>
internal sealed record NumberedPage(int Skip, string First)
{
    public const int Size = 500;

    private const string Prefix = "$skip=";

    /// <returns>Null for what is a token of the service.</returns>
    public static NumberedPage? TryParse(string? continuation) =>
        continuation is not null && continuation.StartsWith(Prefix, StringComparison.Ordinal)
        && continuation[Prefix.Length..].Split(' ', 2) is [var skip, var first]
        && int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new NumberedPage(number, first)
            : null;

    /// <summary>The page with what comes after it. One that comes a second time, from a service that cannot skip, is the end.</summary>
    /// <param name="page">A page without a token of the service.</param>
    /// <param name="asked">What it was asked for by; null for the first.</param>
    public static AzureDevOpsPage Continue(AzureDevOpsPage page, NumberedPage? asked)
    {
        var first = page.Items.Count == 0 ? "" : Id(page.Items[0]);
        return asked is not null && asked.First == first ? page with { Items = [] }
            : page.Items.Count < Size ? page
            : page with
            {
                Continuation = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{(asked?.Skip ?? 0) + page.Items.Count} {first}"),
            };
    }

    private static string Id(JsonElement item) =>
        item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "";
}
