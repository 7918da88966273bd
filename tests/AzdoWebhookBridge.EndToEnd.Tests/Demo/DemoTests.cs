using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Demo;

public sealed class DemoTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Once_TellsTheStoryAndEndsWithSuccess()
    {
        using var process = Start("--once");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);

        var text = await output;
        Assert.True(process.ExitCode == 0, $"{text}\n{await errors}");
        Assert.Equal(
            ["1. Provisioning", "2. Hooks", "3. Backfill", "4. Live events", "5. Outage", "6. The catalogs at the end"],
            text.Split('\n').Where(line => line.StartsWith("== ", StringComparison.Ordinal)).Select(line => line.Trim('=', ' ', '\r')));
        Assert.Contains("19 of 19 as expected", text, StringComparison.Ordinal);
        Assert.Contains("A second plan: no changes.", text, StringComparison.Ordinal);
        Assert.Contains("401", text, StringComparison.Ordinal);
        Assert.Contains("duplicate", text, StringComparison.Ordinal);
        Assert.Contains("Nobody did anything.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a-made-up-token", text, StringComparison.Ordinal);
        Assert.Empty(FoldersLeft());
    }

    [Fact]
    public async Task OnceAsJson_WritesOneDocument()
    {
        using var process = Start("--once", "--json");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);

        Assert.True(process.ExitCode == 0, await errors);
        using var document = JsonDocument.Parse(await output);
        Assert.True(document.RootElement.GetProperty("asExpected").GetBoolean());
        Assert.Contains("== 5. Outage ==", await errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("== 1. Provisioning ==")]
    [InlineData("== 3. Backfill ==")]
    [InlineData("== 5. Outage ==")]
    public async Task Interrupted_LeavesNothing(string at)
    {
        using var process = Start("--once");
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line && line != at)
        {
            // On to the chapter.
        }

        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        var rest = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 130, $"{process.ExitCode}: {await rest}\n{await errors}");
        Assert.Empty(FoldersLeft());
    }

    [Fact]
    public async Task PortThatIsTaken_IsSaidBeforeAnythingElse()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var process = Start("--once", "--port", $"{port}");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal("", await output);
        Assert.StartsWith($"Port {port} cannot be used", await errors, StringComparison.Ordinal);
        Assert.Empty(FoldersLeft());
    }

    private string[] FoldersLeft() => Directory.GetDirectories(_temporary.Path, "azdo-bridge-demo-*");

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll"), "demo", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = _temporary.Path;
        return Process.Start(start)!;
    }
}
