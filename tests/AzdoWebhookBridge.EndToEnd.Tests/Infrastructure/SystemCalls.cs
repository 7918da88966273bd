using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>What strace saw of a bridge, in order. Calls that another thread interrupted are put together again.</summary>
internal sealed partial class SystemCalls
{
    private readonly List<SystemCall> _calls = [];

    private SystemCalls(IEnumerable<string> lines)
    {
        Dictionary<string, (int Began, string Text)> open = [];
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (thread, text) = (line[..space], line[space..].TrimStart());
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = (number, text);
            }
            else if (text.StartsWith("<... ", StringComparison.Ordinal) && open.Remove(thread, out var begun))
            {
                Add(begun.Began, number, begun.Text + text);
            }
            else
            {
                Add(number, number, text);
            }
        }

        void Add(int began, int ended, string text)
        {
            if (Name().Match(text) is { Success: true } name)
            {
                _calls.Add(new SystemCall(name.Value, text, began, ended));
            }
        }
    }

    public static bool AreTraceable => File.Exists("/usr/bin/strace");

    public int Answers => _calls.Count(call => call.IsAnswer);

    public int Syncs => _calls.Count(call => call.IsSync);

    /// <summary>What to start the bridge with; the trace goes to the file.</summary>
    /// <exception cref="NotSupportedException">Skips the test: strace is not installed.</exception>
    public static string[] Wrapper(string file) => AreTraceable
        ? ["strace", "-D", "-f", "-y", "--seccomp-bpf", "-s", "9000", "-e", "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg", "-o", file]
        : throw new NotSupportedException("$XunitDynamicSkip$strace is not installed");

    public static SystemCalls Read(string file, Func<string, bool>? keep = null) =>
        // The tracer may still be writing its last line.
        new(File.ReadLines(file).Where(line => line.Contains(' ', StringComparison.Ordinal) && (keep is null || keep(line))));

    /// <summary>Of events that were sent one after the other: those whose answer left before the log with them in it was on the disk.</summary>
    public List<string> AnsweredBeforeSynced(IEnumerable<string> markers)
    {
        var answers = _calls.Where(call => call.IsAnswer).OrderBy(call => call.Began).ToList();
        return [.. markers.Where((marker, index) =>
            _calls.Find(call => call.IsLogWrite && call.Text.Contains(marker, StringComparison.Ordinal)) is not { } written
            || index >= answers.Count
            || !_calls.Exists(call => call.IsSync && call.Began > written.Ended && call.Ended < answers[index].Began))];
    }

    [GeneratedRegex(@"\A\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    /// <param name="Name">The call's name.</param>
    /// <param name="Text">All of it.</param>
    /// <param name="Began">The line where it began.</param>
    /// <param name="Ended">The line where it returned.</param>
    private sealed record SystemCall(string Name, string Text, int Began, int Ended)
    {
        public bool IsLogWrite => Name == "pwrite64" && Text.Contains("-wal>", StringComparison.Ordinal);

        public bool IsSync => Name is "fsync" or "fdatasync" && Text.Contains("-wal>", StringComparison.Ordinal)
            && Text.EndsWith("= 0", StringComparison.Ordinal);

        public bool IsAnswer => Name is "sendto" or "sendmsg" or "write" or "writev" && Text.Contains("HTTP/1.1 202", StringComparison.Ordinal);
    }
}
