using System.Globalization;

namespace AzdoWebhookBridge.Jq.Tests.Conformance;

/// <summary>One block of a test file in jq's own format: program, input, expected outputs; or <c>%%FAIL</c> and a program that must not compile.</summary>
internal sealed record ManualBlock(int Line, string Program, string Input, IReadOnlyList<string> Expected, bool MustFail)
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"line {Line}: {Program}");
}

internal static class ManualFile
{
    public static IReadOnlyList<ManualBlock> Read(string path)
    {
        var blocks = new List<ManualBlock>();
        var lines = File.ReadAllLines(path);
        var start = 0;
        while (start < lines.Length)
        {
            if (string.IsNullOrWhiteSpace(lines[start]) || lines[start].StartsWith('#'))
            {
                start++;
                continue;
            }

            var end = start;
            while (end < lines.Length && !string.IsNullOrWhiteSpace(lines[end]))
            {
                end++;
            }

            var block = lines[start..end].Where(line => !line.StartsWith('#')).ToArray();
            var fails = block[0].StartsWith("%%FAIL", StringComparison.Ordinal);
            blocks.Add(fails
                ? new ManualBlock(start + 2, block[1], "null", [], MustFail: true)
                : new ManualBlock(start + 1, block[0], block[1], block[2..], MustFail: false));
            start = end;
        }

        return blocks;
    }
}
