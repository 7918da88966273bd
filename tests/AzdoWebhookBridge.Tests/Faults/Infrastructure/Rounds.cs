using System.Globalization;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>How often a fault is repeated: few times in CI, <c>FAULT_ROUNDS</c> times as often for a long run.</summary>
internal static class Rounds
{
    private static readonly int Factor =
        int.TryParse(Environment.GetEnvironmentVariable("FAULT_ROUNDS"), CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    public static int Of(int count) => count * Factor;
}
