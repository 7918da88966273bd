using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>A jq by another author, run as a process.</summary>
internal abstract class Oracle : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static string Folder { get; } = Path.Combine(RepositoryFolder(), "tests", "AzdoWebhookBridge.Jq.Tests", "Differential", "oracle");

    /// <summary>The version that the operating system's package brings.</summary>
    public const string CommandVersion = "1.6";

    /// <summary>The version whose answers these are, for example 1.8.2.</summary>
    public abstract string Version { get; }

    public static bool Available(string version) =>
        version == CommandVersion ? CommandOracle.Find() is { Version: CommandVersion } : WasmOracle.Installed(version);

    public static Oracle Open(string version) =>
        version == CommandVersion ? CommandOracle.Find()! : new WasmOracle(version);

    /// <summary>Whether the program compiles: it is not run.</summary>
    public bool Compiles(string program) => Run($"empty | ({program}\n)", "null") is not null;

    /// <summary>The standard output of one program on one input, or null when it does not compile, crashes or hangs.</summary>
    public string? Run(string program, string input)
    {
        var answer = Task.Run(() => Ask(program, input));
        if (answer.Wait(Patience))
        {
            return answer.Result;
        }

        Stop();
        return null;
    }

    public abstract void Dispose();

    protected abstract string? Ask(string program, string input);

    protected abstract void Stop();

    protected static ProcessStartInfo Start(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.Environment["TZ"] = "UTC";
        return start;
    }

    protected static string? OnPath(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);

    private static string RepositoryFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }
}

/// <summary>The command of the operating system's package, a process per program.</summary>
internal sealed class CommandOracle(string path, string version) : Oracle
{
    private readonly string _program = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private Process? _process;

    public override string Version => version;

    /// <summary>The first jq on the path, with its version; null when there is none.</summary>
    public static CommandOracle? Find()
    {
        var path = OnPath("jq");
        if (path is null)
        {
            return null;
        }

        using var process = Process.Start(Start(path, "--version"))!;
        var version = process.StandardOutput.ReadToEnd().Trim();
        return new CommandOracle(path, version.Replace("jq-", string.Empty, StringComparison.Ordinal));
    }

    public override void Dispose()
    {
        _process?.Dispose();
        File.Delete(_program);
    }

    protected override string? Ask(string program, string input)
    {
        File.WriteAllText(_program, program);
        _process?.Dispose();
        using var process = _process = Process.Start(Start(path, "-c", "-f", _program))!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program that does not compile ends before its input is read.
        }

        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : null;
    }

    protected override void Stop() => _process?.Kill();
}

/// <summary>jq as WebAssembly inside one Node process that answers line by line.</summary>
internal sealed class WasmOracle(string version) : Oracle
{
    private Process? _process;

    public override string Version => version;

    public static bool Installed(string version) =>
        Directory.Exists(Path.Combine(Folder, "node_modules", "jq-" + version)) && OnPath("node") is not null;

    public override void Dispose() => Stop();

    protected override string? Ask(string program, string input)
    {
        if (_process is null)
        {
            _process = Process.Start(Start("node", Path.Combine(Folder, "oracle.mjs"), "jq-" + version))!;
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginErrorReadLine();
        }

        string? line;
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(new { program, input }));
            _process.StandardInput.Flush();
            line = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            line = null;
        }

        if (line is null)
        {
            // A program took the whole process with it.
            Stop();
            return null;
        }

        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.GetProperty("exitCode").GetInt32() == 0
            ? answer.RootElement.GetProperty("stdout").GetString()
            : null;
    }

    protected override void Stop()
    {
        try
        {
            _process?.Kill();
        }
        catch (InvalidOperationException)
        {
            // Already gone.
        }

        _process?.Dispose();
        _process = null;
    }
}
