namespace AzdoWebhookBridge.Mapping;

/// <summary>Something that keeps rules from being used, or that looks like a mistake.</summary>
/// <param name="File">The file as the caller named it.</param>
/// <param name="Rule">The rule, for example <c>port[3] work item</c>; null when it is about the file as a whole.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="Column">Column in the file, from 1, in UTF-16 units.</param>
/// <param name="Message">What is wrong, for people.</param>
internal sealed record MappingProblem(string File, string? Rule, int Line, int Column, string Message)
{
    public override string ToString() =>
        Rule is null ? $"{File}:{Line}:{Column}: {Message}" : $"{File}:{Line}:{Column}: {Rule}: {Message}";
}

/// <summary>The outcome of reading a mapping file: rules, or all that is wrong with them.</summary>
/// <param name="Rules">The rules; null when there is any problem.</param>
/// <param name="Problems">Everything wrong, in the order of the file.</param>
/// <param name="Warnings">Known traps in expressions; they do not keep the rules from being used.</param>
internal sealed record MappingLoadResult(
    MappingRules? Rules, IReadOnlyList<MappingProblem> Problems, IReadOnlyList<MappingProblem> Warnings);
