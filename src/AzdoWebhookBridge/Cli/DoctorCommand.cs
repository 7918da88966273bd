using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;
using AzdoWebhookBridge.Doctor;
using AzdoWebhookBridge.Operations.Configuration;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge doctor</c>: looks at the whole installation and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var notify = new Option<bool>("--notify-test") { Description = "Also send a test message to Notify:Url." };
        var command = new Command(
            "doctor",
            "Check credentials, permissions, addresses, hooks, blueprints, clocks and the store, and say what to do. Changes nothing. "
            + "Exit code 0 when all is well, 2 with any warning or problem, 1 when the configuration cannot be used.")
        {
            notify,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, parsed.GetValue(notify), cancellationToken));
        return command.WithExamples("bridge doctor", "bridge doctor --json | jq '.findings[] | select(.severity == \"problem\")'");
    }

    private static async Task<int> RunAsync(ParseResult parsed, bool testsNotify, CancellationToken cancellationToken)
    {
        var configuration = CommandConfiguration.Load(parsed);
        ConfigurationValidator.ThrowIfInvalid(configuration);
        var wishes = new DoctorWishes(testsNotify, new Uri(ServiceAddress.Find(configuration), "health/ready"));
        await using var services = CommandServices.Create(parsed, services => services.AddDoctor(wishes));
        var findings = await services.GetRequiredService<DoctorRun>().RunAsync(cancellationToken).ConfigureAwait(false);
        Write(new CommandOutput(parsed), findings);
        return findings.Any(finding => finding.Severity >= Severity.Warning) ? ExitCode.Differs : ExitCode.Done;
    }

    private static void Write(CommandOutput output, IReadOnlyList<Finding> findings)
    {
        var (problems, warnings) = (findings.Count(finding => finding.Severity == Severity.Problem), findings.Count(finding => finding.Severity == Severity.Warning));
        output.WriteJson(new
        {
            Status = problems > 0 ? "problem" : warnings > 0 ? "warning" : "ok",
            Findings = findings.Select(finding => new { finding.Check, Severity = Name(finding.Severity), Finding = finding.Sentence, finding.Fix }),
        });
        if (output.IsJson)
        {
            return;
        }

        var width = findings.Max(finding => finding.Check.Length);
        foreach (var finding in findings)
        {
            var mark = Name(finding.Severity);
            if (output.IsTerminal)
            {
                output.Data.Write(new Text(mark.PadRight(8), Colour(finding.Severity)));
                output.WriteLine($"{finding.Check.PadRight(width)}  {finding.Sentence}");
            }
            else
            {
                output.WriteLine($"{mark.PadRight(8)}{finding.Check.PadRight(width)}  {finding.Sentence}");
            }

            if (finding is { Fix: { } fix, Severity: >= Severity.Warning })
            {
                output.WriteLine($"{new string(' ', 8 + width)}  > {fix}");
            }
        }

        output.Say(problems + warnings == 0 ? "All is well." : $"{problems} problems, {warnings} warnings.");
    }

    private static string Name(Severity severity) => severity.ToString().ToLowerInvariant();

    private static Style Colour(Severity severity) => severity switch
    {
        Severity.Ok => new Style(Color.Green),
        Severity.Warning => new Style(Color.Yellow),
        Severity.Problem => new Style(Color.Red),
        _ => Style.Plain,
    };
}
