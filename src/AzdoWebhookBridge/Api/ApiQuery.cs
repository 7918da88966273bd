using System.Globalization;
using AzdoWebhookBridge.Operations.Problems;

namespace AzdoWebhookBridge.Api;

/// <summary>Reads what callers give.</summary>
internal static class ApiQuery
{
    public const int MaxPage = 500;
    public const int MaxUnconfirmed = 100;
    private const int DefaultPage = 50;

    public static int Limit(int? limit) => Math.Clamp(limit ?? DefaultPage, 1, MaxPage);

    public static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    /// <summary>True with null for no state; numbers are not states.</summary>
    public static bool TryState<TState>(string? text, out TState? state)
        where TState : struct, Enum
    {
        state = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (!char.IsAsciiLetter(text[0]) || !Enum.TryParse<TState>(text, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
        {
            return false;
        }

        state = parsed;
        return true;
    }

    public static ProblemResult UnknownState<TState>()
        where TState : struct, Enum =>
        OperatorApi.Invalid($"'state' must be one of {string.Join(", ", Enum.GetValues<TState>().Select(ApiMapping.StateName))}.");

    public static bool TryIds(IReadOnlyList<string>? texts, out IReadOnlyList<long>? ids)
    {
        ids = null;
        if (texts is null)
        {
            return true;
        }

        var parsed = new HashSet<long>(texts.Count);
        foreach (var text in texts)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return false;
            }

            parsed.Add(id);
        }

        ids = [.. parsed];
        return true;
    }

    /// <summary>Why a bulk action may not go on; null when it may. A filter can match more than its author saw.</summary>
    public static IResult? Refuse(int count, int? expected)
    {
        if (expected is { } number && number != count)
        {
            return new ProblemResult(ProblemTypes.Conflict, $"{count} match, and 'expectedCount' is {number}. Nothing was done.");
        }

        return expected is null && count > MaxUnconfirmed
            ? new ProblemResult(ProblemTypes.Conflict, $"{count} match. Give 'expectedCount': {count} to go on. Nothing was done.")
            : null;
    }
}
