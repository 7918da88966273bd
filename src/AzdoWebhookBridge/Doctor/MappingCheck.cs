using System.Runtime.CompilerServices;
using AzdoWebhookBridge.Mapping.Live;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Whether the rules can be used, and what looks like a mistake in them.</summary>
internal sealed class MappingCheck(IConfiguration configuration) : IDoctorCheck
{
    public string Name => "mapping";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var result = ConfiguredMapping.Load(configuration);
        foreach (var problem in result.Problems)
        {
            yield return new Finding(Name, Severity.Problem, problem.ToString(), "Correct the file; 'bridge mapping check FILE' shows the same.");
        }

        foreach (var warning in result.Warnings)
        {
            yield return new Finding(Name, Severity.Warning, warning.ToString());
        }

        if (result.Rules is { } rules)
        {
            yield return new Finding(Name, Severity.Ok, $"{rules.Rules.Count} rules for {rules.EventTypes.Count} kinds of events.");
        }
    }
}
