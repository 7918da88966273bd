using System.Diagnostics;

namespace AzdoWebhookBridge.EndToEnd.Tests.Demo;

public sealed class DemoTests
{
    [Fact]
    public async Task Once_TellsTheStoryAndEndsWithSuccess()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll"), "demo", "--once"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));

        var text = await output;
        Assert.True(process.ExitCode == 0, $"{text}\n{await errors}");
        Assert.Contains("10 of 10 as expected", text, StringComparison.Ordinal);
        Assert.Contains("401", text, StringComparison.Ordinal);
        Assert.Contains("duplicate", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[", text, StringComparison.Ordinal);
    }
}
