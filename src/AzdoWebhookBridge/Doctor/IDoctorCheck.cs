namespace AzdoWebhookBridge.Doctor;

/// <summary>Values grow with severity.</summary>
internal enum Severity
{
    Ok,

    /// <summary>Does not apply here, or is seen by another check.</summary>
    Skipped,

    /// <summary>Works, and will not for ever or not for everything.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Problem,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Check">The check's name.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Sentence">What was found, without secrets.</param>
/// <param name="Fix">What to do about it; null when there is nothing to do.</param>
internal sealed record Finding(string Check, Severity Severity, string Sentence, string? Fix = null);

/// <summary>Looks at one part of an installation. Collected from the services; all run at the same time and change nothing.</summary>
internal interface IDoctorCheck
{
    string Name { get; }

    /// <summary>Expected failures are findings, not exceptions.</summary>
    IAsyncEnumerable<Finding> RunAsync(CancellationToken cancellationToken);
}
