using System.Text.Json;
using System.Text.Json.Serialization;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// How far a backfill is: everything that a process needs to go on after another one was killed. Written after each page, when the
/// page's events are durable; a page that is read again is found to be there already.
/// </summary>
internal sealed record BackfillState
{
    /// <summary>The run, Unix ms of its start; part of the keys of its events.</summary>
    public required long Run { get; init; }

    public required BackfillRequest Request { get; init; }

    public BackfillStatus Status { get; init; }

    /// <summary>Why it failed, or what it waits for; null while all is well.</summary>
    public string? Reason { get; init; }

    public long? EndedAt { get; init; }

    public required IReadOnlyList<OrganizationProgress> Organizations { get; init; }

    /// <summary>Things read so far, by kind.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Pages read so far.</summary>
    public long Pages { get; init; }

    /// <summary>The time that reading took, across restarts, in ms.</summary>
    public long ReadingMs { get; init; }

    public PrunePlan? Prune { get; init; }

    /// <summary>Of the rules at the start; a prune has to be planned and confirmed with the same. Null when none is to be.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>What was left out, and why; for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    [JsonIgnore]
    public bool IsActive => Status is BackfillStatus.Reading or BackfillStatus.Comparing;

    /// <summary>From 0 to 1, by projects and kinds; good enough to guess the remaining time.</summary>
    [JsonIgnore]
    public double Fraction => Status is not BackfillStatus.Reading ? 1
        : Organizations.Count == 0 ? 0
        : Organizations.Average(organization => organization.Fraction);

    public static BackfillState? Parse(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, BackfillJson.Default.BackfillState);

    public string ToJson() => JsonSerializer.Serialize(this, BackfillJson.Default.BackfillState);
}

/// <summary>How far one organization is: kind by kind, in each project by project, in each page by page.</summary>
internal sealed record OrganizationProgress
{
    public required string Name { get; init; }

    /// <summary>The kinds to read, in order.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>By the service's clock, when the first request was sent; ticks UTC. What the run finds is newer, what it misses is older.</summary>
    public long? FirstMoment { get; init; }

    public IReadOnlyList<ProjectReference> Projects { get; init; } = [];

    /// <summary>Whether <see cref="Projects"/> is complete.</summary>
    public bool HasProjects { get; init; }

    /// <summary>Index of the kind that is being read.</summary>
    public int Kind { get; init; }

    /// <summary>Index of the project that is being read.</summary>
    public int Project { get; init; }

    /// <summary>Where the next page begins; null for the first.</summary>
    public string? Continuation { get; init; }

    /// <summary>Ids of projects of which something could not be read: what is missing in them may be there.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    [JsonIgnore]
    public bool IsDone => HasProjects && Kind >= Kinds.Count;

    /// <summary>What is being read, in words.</summary>
    [JsonIgnore]
    public string Where => !HasProjects || Kind >= Kinds.Count ? $"{Name}: projects"
        : Project >= Projects.Count ? $"{Name}: {Kinds[Kind]}"
        : $"{Name}: {Kinds[Kind]} of {Projects[Project].Name}";

    [JsonIgnore]
    public double Fraction => IsDone ? 1
        : !HasProjects || Kinds.Count == 0 ? 0
        : (Kind + (Projects.Count == 0 ? 0 : (double)Project / Projects.Count)) / Kinds.Count;
}

/// <param name="Id">Its GUID.</param>
/// <param name="Name">Its name.</param>
/// <param name="BaseUrl">The organization's address as the service itself writes it, with a slash at the end: what hooks have as well.</param>
internal sealed record ProjectReference(string Id, string Name, string BaseUrl)
{
    public bool Is(string nameOrId) =>
        string.Equals(Name, nameOrId, StringComparison.OrdinalIgnoreCase) || string.Equals(Id, nameOrId, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a complete run did not find any more.</summary>
/// <param name="Total">Entities to delete.</param>
/// <param name="InScope">Entities that were compared, of all blueprints together.</param>
/// <param name="Blueprints">Entities to delete by <c>target/blueprint</c>.</param>
/// <param name="Examples">The first of them.</param>
/// <param name="Notes">Blueprints that could not be compared, and why.</param>
internal sealed record PrunePlan(
    int Total,
    int InScope,
    IReadOnlyDictionary<string, int> Blueprints,
    IReadOnlyList<string> Examples,
    IReadOnlyList<string> Notes)
{
    /// <summary>Entities that were compared, by <c>target/blueprint</c>.</summary>
    public IReadOnlyDictionary<string, int> Compared { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Entities deleted after the confirmation.</summary>
    public int Deleted { get; init; }

    /// <summary>
    /// Blueprints that would lose more than ten entities, and more than a tenth of those that are there: rather a permission that
    /// was lost than that many deletions. Each by its own, for one that has many hides what happens to another.
    /// </summary>
    [JsonIgnore]
    public IEnumerable<string> Large => Blueprints
        .Where(gone => gone.Value > 10 && gone.Value * 10L > Compared.GetValueOrDefault(gone.Key))
        .Select(gone => $"{gone.Value} of {Compared.GetValueOrDefault(gone.Key)} of {gone.Key}");

    /// <summary>Whether it has to be asked for in so many words; see <see cref="Large"/>.</summary>
    [JsonIgnore]
    public bool IsLarge => Large.Any();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BackfillState))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class BackfillJson : JsonSerializerContext;
