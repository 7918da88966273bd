using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Testing;

namespace AzdoWebhookBridge.Cli.Testing;

/// <summary>An event kept beside what rules should make of it: <c>push.json</c> and <c>push.expected.json</c>.</summary>
/// <param name="Name">Path from the folder, with slashes and without <c>.json</c>.</param>
/// <param name="EventPath">The event's body as Azure DevOps sends it.</param>
/// <param name="ExpectedPath">See <see cref="MappingExpectation"/>.</param>
internal sealed record MappingTest(string Name, string EventPath, string ExpectedPath)
{
    private const string EventSuffix = ".json";
    private const string ExpectedSuffix = ".expected.json";

    /// <summary>The tests of a folder and of the folders in it, by name; an expectation without its event is one too, and fails.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be read.</exception>
    public static IReadOnlyList<MappingTest> Find(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, $"*{EventSuffix}", SearchOption.AllDirectories)
            .Select(path => path.EndsWith(ExpectedSuffix, StringComparison.Ordinal) ? path[..^ExpectedSuffix.Length] : path[..^EventSuffix.Length])
            .Distinct(StringComparer.Ordinal)
            .Select(stem => new MappingTest(
                Path.GetRelativePath(folder, stem).Replace('\\', '/'), stem + EventSuffix, stem + ExpectedSuffix))
            .OrderBy(test => test.Name, StringComparer.Ordinal),
    ];

    /// <summary>Maps the event and compares.</summary>
    /// <param name="rules">The rules under test.</param>
    /// <param name="update">Write what the rules make of the event as what is expected from now on, instead of comparing.</param>
    public MappingTestResult Run(MappingRules rules, bool update)
    {
        try
        {
            var result = Map(rules, File.ReadAllBytes(EventPath));
            if (result.Outcome == MappingOutcome.Failed)
            {
                return Failed($"{EventPath}: {result.Explanation}");
            }

            return update ? Update(result) : Compare(result);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(exception.Message);
        }
    }

    /// <summary>Maps a body that no request brought.</summary>
    public static MappingResult Map(MappingRules rules, ReadOnlyMemory<byte> body) => EventMapper.Map(rules, generation: 1, new EventInput
    {
        Body = body,
        Context = EventInput.NoContext,
        EventKey = "run",
        EventTime = 0,
        IsBackfill = true,
    });

    private MappingTestResult Compare(MappingResult result)
    {
        if (!File.Exists(ExpectedPath))
        {
            return Failed($"there is no {ExpectedPath}; --update writes it");
        }

        try
        {
            return new MappingTestResult(this, MappingExpectation.Read(File.ReadAllText(ExpectedPath)).Compare(result));
        }
        catch (FormatException exception)
        {
            return Failed($"{ExpectedPath}: {exception.Message}");
        }
    }

    private MappingTestResult Update(MappingResult result)
    {
        var text = MappingReport.WriteExpectation(result) + "\n";
        var isNew = !File.Exists(ExpectedPath) || File.ReadAllText(ExpectedPath) != text;
        if (isNew)
        {
            File.WriteAllText(ExpectedPath, text);
        }

        return new MappingTestResult(this, []) { IsUpdated = isNew };
    }

    private MappingTestResult Failed(string difference) => new(this, [difference]);
}

/// <summary>How a test went.</summary>
/// <param name="Test">Which.</param>
/// <param name="Differences">What is wrong, a sentence each; none when it passed.</param>
internal sealed record MappingTestResult(MappingTest Test, IReadOnlyList<string> Differences)
{
    public bool IsPassed => Differences.Count == 0;

    /// <summary>Whether what is expected was written anew.</summary>
    public bool IsUpdated { get; init; }
}
