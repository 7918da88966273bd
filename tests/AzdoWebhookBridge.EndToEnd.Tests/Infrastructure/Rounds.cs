using System.Globalization;

namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>How often a fault is repeated: a little in each build, as often as FAULT_ROUNDS multiplies it in a long run.</summary>
internal static class Rounds
{
    public static int Of(int inEachBuild) =>
        int.TryParse(Environment.GetEnvironmentVariable("FAULT_ROUNDS"), CultureInfo.InvariantCulture, out var factor)
            ? inEachBuild * Math.Max(1, factor)
            : inEachBuild;
}
