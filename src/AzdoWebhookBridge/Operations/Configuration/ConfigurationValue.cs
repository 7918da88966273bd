using System.Globalization;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Operations.Configuration;

/// <summary>Whether a text is a value of a setting.</summary>
internal static partial class ConfigurationValue
{
    /// <returns>What is wrong, as a sentence; null when nothing is. Quotes the value only where it is no secret.</returns>
    public static string? Check(ConfigurationKey key, string value)
    {
        if (key.Choices.Count > 0)
        {
            return CheckChoice(key, value);
        }

        return key.Kind switch
        {
            ValueKind.Secret => string.IsNullOrWhiteSpace(value) ? "must not be blank." : null,
            ValueKind.WholeNumber => CheckNumber(key, value),
            ValueKind.Duration => CheckDuration(key, value),
            ValueKind.YesNo => bool.TryParse(value, out _) ? null : $"must be true or false, not '{value}'.",
            ValueKind.Url => CheckUrl(value),
            ValueKind.UrlPath => PathPattern().IsMatch(value) ? null : $"must begin with / and must not end with /, not '{value}'.",
            ValueKind.HeaderName => HeaderPattern().IsMatch(value) ? null : $"must be the name of a header, not '{value}'.",
            _ => string.IsNullOrWhiteSpace(value) ? "must not be blank." : null,
        };
    }

    private static string? CheckChoice(ConfigurationKey key, string value)
    {
        return key.Choices.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"must be {string.Join(" or ", key.Choices)}, not '{value}'.";
    }

    private static string? CheckNumber(ConfigurationKey key, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return $"must be a whole number, not '{value}'.";
        }

        var min = key.Min is null ? long.MinValue : long.Parse(key.Min, CultureInfo.InvariantCulture);
        var max = key.Max is null ? long.MaxValue : long.Parse(key.Max, CultureInfo.InvariantCulture);
        return number >= min && number <= max ? null : $"must be from {key.Min} to {key.Max}, not {value}.";
    }

    private static string? CheckDuration(ConfigurationKey key, string value)
    {
        if (!DurationPattern().IsMatch(value)
            || !TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var duration))
        {
            return $"must be a duration as [d.]hh:mm:ss, not '{value}'.";
        }

        var min = key.Min is null ? TimeSpan.MinValue : TimeSpan.Parse(key.Min, CultureInfo.InvariantCulture);
        var max = key.Max is null ? TimeSpan.MaxValue : TimeSpan.Parse(key.Max, CultureInfo.InvariantCulture);
        return duration >= min && duration <= max ? null : $"must be from {key.Min} to {key.Max}, not {value}.";
    }

    private static string? CheckUrl(string value)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            // Not quoted: a URL may carry a credential.
            return "must be an absolute https URL.";
        }

        if (url.UserInfo.Length > 0)
        {
            return "must not contain a credential.";
        }

        return url.Scheme == Uri.UriSchemeHttps || url.IsLoopback ? null : "must be https; http is for loopback hosts only.";
    }

    [GeneratedRegex(@"\A(\d{1,5}\.)?\d{1,2}:\d{2}:\d{2}(\.\d{1,7})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationPattern();

    [GeneratedRegex(@"\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderPattern();

    [GeneratedRegex(@"\A(/[^/?#\s]+)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathPattern();
}
