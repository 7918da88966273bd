using System.Diagnostics;
using System.Text.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.CommandLine;

/// <summary>The command line as a shell sees it: real pipes, real signals, a real pseudo-terminal.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private const string Key = "end-to-end-key";
    private const string Secret = "end-to-end-secret";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Bridge = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll")}'";

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _settings;
    private readonly int _port = BridgeProcess.FreePort();
    private BridgeProcess _service = null!;

    public CommandLineTests() => _settings = new Dictionary<string, string>
    {
        ["Ingress__Credentials__0__Username"] = "hook",
        ["Ingress__Credentials__0__Password"] = Secret,
        ["Admin__ApiKeys__0"] = Key,
        ["Storage__ConnectionString"] = $"Data Source={_folder.Path}/bridge.db",
    };

    public async Task InitializeAsync() => _service = await BridgeProcess.StartAsync(_settings, _port);

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Sample_GoesThroughAndTheStoreIsBackedUpMeanwhile()
    {
        // As somebody in the container's shell does: the same environment, and nothing else to say.
        var (exitCode, output, error) = await ShellAsync($"{Bridge} events send --sample git.push --json");
        Assert.True(exitCode == 0, error);
        Assert.Equal("test", JsonElement.Parse(output).GetProperty("state").GetString());
        Assert.DoesNotContain(Secret, output + error, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, output + error, StringComparison.Ordinal);

        (exitCode, _, error) = await ShellAsync($"{Bridge} store backup {_folder.Path}/copy.db && {Bridge} store check --Storage:ConnectionString='Data Source={_folder.Path}/copy.db'");
        Assert.True(exitCode == 0, error);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{_folder.Path}/copy.db"));
        }

        (exitCode, output, _) = await ShellAsync($"{Bridge} health live");
        Assert.Equal(0, exitCode);
        Assert.Contains("healthy", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mapping show")]
    [InlineData("--help")]
    [InlineData("events watch --interval 0.1")]
    public async Task ClosedPipe_EndsQuietly(string command)
    {
        await ShellAsync($"{Bridge} events send --sample git.push; {Bridge} events send --sample git.repo.created");

        var (exitCode, output, error) = await ShellAsync($"{Bridge} {command} | head -n 1; exit ${{PIPESTATUS[0]}}");

        Assert.Equal(0, exitCode);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("events lst", 1, "Did you mean 'list'?")]
    [InlineData("evnts list", 1, "Did you mean 'events'?")]
    [InlineData("events list --jsno", 1, "Did you mean '--json'?")]
    [InlineData("events show 12345", 1, "There is no such event")]
    [InlineData("events list --url http://127.0.0.1:9", 1, "Is the service running there?")]
    [InlineData("events list --Admin:ApiKeys:0=wrong", 1, "refuses the key of Admin:ApiKeys:0")]
    public async Task Failures_AreASentenceAndExitCode1(string command, int expected, string hint)
    {
        var (exitCode, output, error) = await ShellAsync($"{Bridge} {command}");
        Assert.Equal(expected, exitCode);
        Assert.Empty(output);
        Assert.Contains(hint, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_EndsTheWatch()
    {
        var (exitCode, _, error) = await ShellAsync($"timeout --preserve-status -s INT 5 {Bridge} events watch");
        Assert.True(exitCode == 0, error);
    }

    [Fact]
    public async Task Output_HasEscapesAndFramesOnATerminalOnly()
    {
        await ShellAsync($"{Bridge} events send --sample git.push");

        var (_, plain, _) = await ShellAsync($"{Bridge} events list");
        Assert.DoesNotContain('\u001b', plain);
        Assert.DoesNotContain('│', plain);

        // A pseudo-terminal.
        var (_, framed, _) = await ShellAsync($"TERM=xterm-256color script -qec \"{Bridge} events list\" /dev/null");
        Assert.Contains('│', framed);
        var (_, uncolored, _) = await ShellAsync($"NO_COLOR=1 TERM=xterm-256color script -qec \"{Bridge} events list\" /dev/null");
        Assert.DoesNotContain("\u001b[3", uncolored, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[9", uncolored, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output, string Error)> ShellAsync(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}";
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await output, await error);
    }
}
