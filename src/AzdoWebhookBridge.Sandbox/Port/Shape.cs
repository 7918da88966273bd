using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>Small questions about JSON values, and the patterns of Port's names.</summary>
internal static partial class Shape
{
    private const int EntityIdentifierLength = 1000;
    private const int NameLength = 100;

    public static string? Text(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    public static bool IsBoolean(JsonNode? node) => node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    public static bool IsTrue(JsonNode? node) => node?.GetValueKind() == JsonValueKind.True;

    public static double? Number(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number ? node.Deserialize<double>() : null;

    public static bool IsTextArray(JsonNode? node) => node is JsonArray array && array.All(item => Text(item) is not null);

    public static bool IsEntityIdentifier(string? text) =>
        text is not null && text.Length <= EntityIdentifierLength && EntityIdentifier().IsMatch(text);

    public static bool IsBlueprintIdentifier(string? text) =>
        text is not null && text.Length <= NameLength && BlueprintIdentifier().IsMatch(text);

    public static bool IsKey(string text) => text.Length <= NameLength && Key().IsMatch(text);

    [GeneratedRegex(@"^(?!\.{1,2}\z)[\p{L}0-9@_.+:\\/=-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EntityIdentifier();

    [GeneratedRegex(@"^(?!\.{1,2}\z)[\p{L}0-9@_.+:\\/-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex BlueprintIdentifier();

    [GeneratedRegex(@"^[A-Za-z0-9@_=\\-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Key();
}
