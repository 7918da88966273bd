namespace AzdoWebhookBridge.Konnect.Provisioning;

internal enum SetupState
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>Is to be done.</summary>
    ToDo,

    /// <summary>Somebody has to look at it.</summary>
    Attention,
}

/// <summary>One part of the set-up and how it stands.</summary>
internal sealed record SetupPart(string Name, SetupState State, string Text);

/// <summary>What is to be done to connect an organization, and what of it needs a person. Pure.</summary>
internal static class KonnectSetupPlan
{
    /// <summary>How long before its end a credential needs attention.</summary>
    public static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(30);

    private const string OrganizationKey = "organization";
    private const int LongestName = 120;

    /// <summary>The name for a new instance: the configured one, or one that nobody has.</summary>
    public static string NameFor(string? configured, string integration, string organization, IReadOnlyList<string> taken)
    {
        if (!string.IsNullOrWhiteSpace(configured))
        {
            return configured.Trim();
        }

        if (!taken.Contains(integration))
        {
            return integration;
        }

        var slug = new string([.. organization.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '-')]);
        var name = $"{integration}-{slug.Trim('-', '.')}";
        return name.Length > LongestName ? name[..LongestName] : name;
    }

    /// <summary>Why the instance cannot be made by us; null when it can.</summary>
    public static string? Refuse(KonnectSetup setup, string name)
    {
        if (setup.Instance is not null)
        {
            return null;
        }

        var others = setup.Integration.RequiredKeys.Where(key => key != OrganizationKey).ToList();
        return others.Count > 0
            ? $"Konnect's integration '{setup.Integration.Name}' needs more than an organization now ({string.Join(", ", others)}): connect it by hand."
            : setup.TakenNames.Contains(name)
                ? $"Konnect has an instance named '{name}' of another organization: set Konnect:Instance to a name of its own."
                : null;
    }

    /// <summary>How everything stands.</summary>
    /// <param name="setup">What there is.</param>
    /// <param name="name">The name that a missing instance would get.</param>
    /// <param name="organization">The organization to connect.</param>
    /// <param name="isRotating">Whether the credential is to be replaced.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<SetupPart> Describe(KonnectSetup setup, string name, string organization, bool isRotating, DateTimeOffset now) =>
    [
        new SetupPart("integration", SetupState.Fine, $"'{setup.Integration.Name}' is there."),
        setup.Type is { } type
            ? new SetupPart("resource type", SetupState.Fine, $"Repositories are of type '{type}'.")
            : new SetupPart(
                "resource type", SetupState.Attention,
                $"None of the integration's types is clearly that of repositories ({string.Join(", ", (setup.Integration.ResourceTypes ?? []).Keys)}); all are looked through."),
        setup.Instance is { } instance
            ? new SetupPart("instance", SetupState.Fine, $"'{instance.Name}' is connected to '{organization}'.")
            : new SetupPart("instance", SetupState.ToDo, $"Create '{name}' for '{organization}'."),
        .. Credential(setup, isRotating, now),
    ];

    private static IEnumerable<SetupPart> Credential(KonnectSetup setup, bool isRotating, DateTimeOffset now)
    {
        if (setup.Credential is not { } credential)
        {
            yield return new SetupPart("credential", SetupState.ToDo, "Give Konnect a personal access token.");
            yield break;
        }

        if (isRotating)
        {
            yield return new SetupPart("credential", SetupState.ToDo, "Replace the personal access token.");
            yield break;
        }

        var parts = Judge(credential, setup.Instance is { Authorized: true }, now).ToList();
        foreach (var part in parts)
        {
            yield return part;
        }

        if (parts.Count == 0)
        {
            yield return new SetupPart(
                "credential", SetupState.Fine,
                credential.ExpiresAt is { } end ? $"Works, until {end.UtcDateTime:yyyy-MM-dd}." : "Works; Konnect does not know when it ends.");
        }
    }

    /// <summary>What is wrong with a credential, or soon will be.</summary>
    public static IEnumerable<SetupPart> Judge(KonnectCredential credential, bool isAuthorized, DateTimeOffset now)
    {
        if (credential.Tainted)
        {
            yield return Part("Azure DevOps refuses the token (tainted): run 'bridge konnect provision --rotate-credential' with a new one.");
        }
        else if (credential.ExpiresAt < now)
        {
            yield return Part($"The token ended on {credential.ExpiresAt:yyyy-MM-dd}: run 'bridge konnect provision --rotate-credential' with a new one.");
        }
        else if (credential.ExpiresAt - now < ExpiresSoon)
        {
            yield return Part($"The token ends on {credential.ExpiresAt:yyyy-MM-dd}: replace it by 'bridge konnect provision --rotate-credential'.");
        }
        else if (!isAuthorized)
        {
            yield return Part("Konnect has not authorized the instance yet: look again in a minute, then check the token.");
        }

        foreach (var missing in credential.MissingPermissions ?? [])
        {
            yield return Part($"The token lacks {string.Join(", ", missing.Scopes ?? [])}{(string.IsNullOrWhiteSpace(missing.Message) ? "." : $": {missing.Message}")}");
        }

        static SetupPart Part(string text) => new("credential", SetupState.Attention, text);
    }
}
