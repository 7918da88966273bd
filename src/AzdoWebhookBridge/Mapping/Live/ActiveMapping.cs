namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>The rules that events are mapped with, and their generation: always taken together.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Generation">Their generation in the store.</param>
/// <param name="Source">The file they came from, or <see cref="BuiltInMapping.FileName"/>.</param>
/// <param name="Text">The file's text, to show it.</param>
/// <param name="Warnings">Known traps in them.</param>
/// <param name="LoadedAt">When they became current.</param>
internal sealed record ActiveMapping(
    MappingRules Rules,
    long Generation,
    string Source,
    string Text,
    IReadOnlyList<MappingProblem> Warnings,
    DateTimeOffset LoadedAt);

/// <summary>Why the rules in the file are not the current ones.</summary>
/// <param name="Problems">What is wrong with the file.</param>
/// <param name="Since">When it was first seen.</param>
internal sealed record RefusedMapping(IReadOnlyList<MappingProblem> Problems, DateTimeOffset Since);

/// <summary>The mapping file cannot be used at start. The message has all problems, one a line.</summary>
internal sealed class MappingException(IReadOnlyList<MappingProblem> problems)
    : Exception("The mapping cannot be used:\n" + string.Join('\n', problems))
{
    public IReadOnlyList<MappingProblem> Problems { get; } = problems;
}
