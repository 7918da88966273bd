namespace AzdoWebhookBridge.Operations.Configuration;

internal enum ValueKind
{
    Text,

    /// <summary>May come from a file as well, and never appears in a message.</summary>
    Secret,

    WholeNumber,
    YesNo,

    /// <summary><c>[d.]hh:mm:ss</c>.</summary>
    Duration,

    /// <summary>Absolute, https; http to a loopback host.</summary>
    Url,

    /// <summary>Begins with <c>/</c>.</summary>
    UrlPath,

    HeaderName,
}

/// <summary>One setting: how it is called, what it may be, and what it is for. The README's table is tested against these.</summary>
/// <param name="Pattern">The key; <c>#</c> stands for an index.</param>
/// <param name="Kind">What values it takes.</param>
/// <param name="Default">As people would write it; empty when there is none.</param>
/// <param name="Text">One phrase for the documentation.</param>
internal sealed record ConfigurationKey(string Pattern, ValueKind Kind, string Default, string Text)
{
    /// <summary>The smallest value, in the form of the setting; null for none.</summary>
    public string? Min { get; init; }

    public string? Max { get; init; }

    /// <summary>The values there are, when there are only some.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public string Section => Pattern[..Pattern.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>
    /// Where the name of a file with the secret goes: <c>Port:ClientSecretFile</c>, <c>Admin:ApiKeyFiles:#</c>. Null for what
    /// is no secret.
    /// </summary>
    public string? FilePattern => Kind != ValueKind.Secret ? null
        : Pattern.EndsWith("s:#", StringComparison.Ordinal) ? Pattern[..^3] + "Files:#"
        : Pattern + "File";
}
