using System.Text.Json;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>What a token route answered.</summary>
/// <param name="Text">The token; empty when the answer has none that could stand in a header.</param>
/// <param name="Validity">For how long it is good.</param>
internal readonly record struct AccessTokenAnswer(SecretText Text, TimeSpan Validity)
{
    private const int LongestToken = 16 * 1024;

    /// <summary>What a token counts for when its answer does not say.</summary>
    private static readonly TimeSpan UnknownValidity = TimeSpan.FromMinutes(5);

    /// <param name="answer">A success.</param>
    /// <param name="tokenMember">The member with the token.</param>
    /// <param name="validityMember">The member with its validity in seconds.</param>
    public static AccessTokenAnswer Read(HttpAnswer answer, string tokenMember, string validityMember)
    {
        using var json = answer.TryReadObject();
        if (json?.RootElement.TextOf(tokenMember) is not { } text
            || text.Length is 0 or > LongestToken || text.Any(letter => letter is <= ' ' or >= '\u007f'))
        {
            return default;
        }

        var validity = json.RootElement.TryGetProperty(validityMember, out var expiresIn)
            && expiresIn.ValueKind == JsonValueKind.Number && expiresIn.TryGetDouble(out var seconds)
            && seconds is > 0 and < 1e8
            ? TimeSpan.FromSeconds(seconds)
            : UnknownValidity;
        return new AccessTokenAnswer(new SecretText(text), validity);
    }
}
