namespace AzdoWebhookBridge.Doctor;

/// <summary>Runs all checks side by side, each within its time.</summary>
internal sealed class DoctorRun(IEnumerable<IDoctorCheck> checks, TimeProvider time)
{
    /// <summary>Longer than any request may take that a check makes by default.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(45);

    /// <returns>All findings, in the order of the checks.</returns>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(checks.Select(check => RunAsync(check, cancellationToken))).ConfigureAwait(false)).SelectMany(findings => findings)];

    private async Task<List<Finding>> RunAsync(IDoctorCheck check, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var finding in check.RunAsync(either.Token).ConfigureAwait(false))
            {
                findings.Add(finding);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(new Finding(check.Name, Severity.Problem, $"Had no result within {TimeLimit.TotalSeconds:0} s.", "Look at the network, and try again."));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Only the kind: the text could hold anything.
            findings.Add(new Finding(check.Name, Severity.Problem, $"The check itself failed ({exception.GetType().Name})."));
        }

        return findings;
    }
}
