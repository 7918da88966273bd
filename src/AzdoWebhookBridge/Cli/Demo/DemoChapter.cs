namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>One part of the story.</summary>
internal interface IDemoChapter
{
    string Title { get; }

    /// <summary>What is about to be seen, in a sentence or two.</summary>
    string About { get; }

    /// <summary>What must be true when the whole story is over.</summary>
    IReadOnlyList<DemoExpectation> Expectations { get; }

    Task PlayAsync(CancellationToken cancellationToken);
}

/// <summary>Something that must be true when the story is over.</summary>
internal sealed record DemoExpectation(string What, Func<bool> Holds);
