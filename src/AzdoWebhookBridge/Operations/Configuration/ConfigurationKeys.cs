namespace AzdoWebhookBridge.Operations.Configuration;

/// <summary>Every setting of the bridge, in the order of the documentation.</summary>
internal static class ConfigurationKeys
{
    public const string Sqlite = "Sqlite";
    public const string PostgreSql = "PostgreSql";

    public static readonly IReadOnlyList<ConfigurationKey> All =
    [
        new("Ingress:Credentials:#:Username", ValueKind.Text, "", "Basic user name that Azure DevOps sends; several for rotation"),
        new("Ingress:Credentials:#:Password", ValueKind.Secret, "", "Basic password that belongs to it"),
        new("Ingress:Header:Name", ValueKind.HeaderName, "", "Header that carries a secret, beside or instead of Basic"),
        new("Ingress:Header:Values:#", ValueKind.Secret, "", "Accepted values of that header; several for rotation"),
        new("Ingress:MaxBodyBytes", ValueKind.WholeNumber, "4194304", "Largest body that is taken") { Min = "1024", Max = "67108864" },
        new("Ingress:MaxBytesInFlight", ValueKind.WholeNumber, "67108864", "What all bodies being received may take together; never more than a quarter of the memory for the heap") { Min = "65536", Max = "17179869184" },
        new("Ingress:MaxConnections", ValueKind.WholeNumber, "2000", "Open connections of the whole server") { Min = "10", Max = "1000000" },
        new("Ingress:RetryAfter", ValueKind.Duration, "00:00:05", "What a 503 tells the sender to wait") { Min = "00:00:01", Max = "00:02:00" },
        new("Storage:Provider", ValueKind.Text, Sqlite, "The database") { Choices = [Sqlite, PostgreSql] },
        new("Storage:ConnectionString", ValueKind.Secret, "Data Source=data/bridge.db", "Where it is"),
        new("Storage:EventRetention", ValueKind.Duration, "14.00:00:00", "How long finished events are kept") { Min = "2.00:00:00", Max = "3650.00:00:00" },
        new("Mapping:Path", ValueKind.Text, "", "Rules file; empty for the built-in rules"),
        new("Mapping:Environment:#", ValueKind.Text, "", "Environment variables that expressions may read as env.NAME; without any, env is empty"),
        new("Mapping:Presets:#", ValueKind.Text, "", "More built-in rules beside the default ones, or others instead of them") { Choices = ["pull-requests", "builds", "releases", "environments", "ocean"] },
        new("Port:BaseUrl", ValueKind.Url, "https://api.port.io", "Port's API"),
        new("Port:ClientId", ValueKind.Text, "", "Port credential; with it Port is told"),
        new("Port:ClientSecret", ValueKind.Secret, "", "Secret that belongs to it"),
        new("Port:CreateMissingRelatedEntities", ValueKind.YesNo, "true", "Whether Port creates the targets of relations that are not there yet"),
        new("Port:RequestTimeout", ValueKind.Duration, "00:00:30", "Longest that one request may take") { Min = "00:00:01", Max = "00:05:00" },
        new("Port:MaxEntitiesPerCall", ValueKind.WholeNumber, "20", "Entities in one bulk call") { Min = "1", Max = "50" },
        new("Konnect:BaseUrl", ValueKind.Url, "https://us.api.konghq.com", "Konnect's API, by region"),
        new("Konnect:Token", ValueKind.Secret, "", "Konnect token; with it Konnect is told"),
        new("Konnect:CreateServices", ValueKind.YesNo, "true", "Whether missing catalog services are created"),
        new("Konnect:Integration", ValueKind.Text, "azure-devops", "Name of the integration that discovers repositories"),
        new("Konnect:Instance", ValueKind.Text, "", "Integration instance; empty for the one whose organization matches"),
        new("Konnect:RequestTimeout", ValueKind.Duration, "00:00:30", "Longest that one request may take") { Min = "00:00:01", Max = "00:05:00" },
        new("AzureDevOps:Organizations:#:Url", ValueKind.Url, "", "Organization or server collection, for hooks, backfill and watch"),
        new("AzureDevOps:Organizations:#:Pat", ValueKind.Secret, "", "Personal access token for it"),
        new("AzureDevOps:Organizations:#:TenantId", ValueKind.Text, "", "Entra tenant, instead of a token"),
        new("AzureDevOps:Organizations:#:ClientId", ValueKind.Text, "", "Entra application (service principal) in that tenant"),
        new("AzureDevOps:Organizations:#:ClientSecret", ValueKind.Secret, "", "Secret of that application"),
        new("AzureDevOps:Organizations:#:Projects:#", ValueKind.Text, "", "Projects (name or id) that hooks and backfill are for; none for the whole organization"),
        new("AzureDevOps:PublicUrl", ValueKind.Url, "", "Where Azure DevOps reaches the bridge, without the webhook's path"),
        new("AzureDevOps:EntraUrl", ValueKind.Url, "https://login.microsoftonline.com", "Where Entra tokens come from"),
        new("AzureDevOps:RequestTimeout", ValueKind.Duration, "00:01:00", "Longest that one request may take") { Min = "00:00:01", Max = "00:05:00" },
        new("AzureDevOps:Watch:Interval", ValueKind.Duration, "00:01:00", "How often the service looks at its subscriptions") { Min = "00:00:01", Max = "1.00:00:00" },
        new("AzureDevOps:Watch:Repair", ValueKind.YesNo, "true", "Whether it enables them again, and makes those that are missing beside others of its own"),
        new("AzureDevOps:Watch:SilentAfter", ValueKind.Duration, "1.00:00:00", "After how long without an event it looks for missed ones") { Min = "00:01:00", Max = "30.00:00:00" },
        new("Admin:ApiKeys:#", ValueKind.Secret, "", "Keys of operators"),
        new("Admin:ReadOnlyApiKeys:#", ValueKind.Secret, "", "Keys of people and scrapers that only look"),
        new("Http:PathBase", ValueKind.UrlPath, "", "Prefix under which a proxy forwards"),
        new("Notify:Url", ValueKind.Url, "", "Gets a JSON POST when something starts or stops being wrong"),
        new("Delivery:MaxBackoff", ValueKind.Duration, "00:05:00", "Longest pause between attempts, of any kind") { Min = "00:00:01", Max = "01:00:00" },
        new("Delivery:GiveUpAfter", ValueKind.Duration, "1.00:00:00", "How long an entity may fail before it is parked") { Min = "00:01:00", Max = "30.00:00:00" },
    ];

    /// <summary>Sections in which an unknown key is an error. Others belong to the framework.</summary>
    public static readonly IReadOnlyList<string> Sections = [.. All.Select(key => key.Section).Distinct(StringComparer.Ordinal)];

    /// <summary>Replaces every index by <c>#</c>, so that a key can be compared with a pattern.</summary>
    public static string ToPattern(string key) =>
        string.Join(':', key.Split(':').Select(segment => segment.Length > 0 && segment.All(char.IsAsciiDigit) ? "#" : segment));

    /// <summary>The setting of a key; keys are not case-sensitive.</summary>
    public static ConfigurationKey? Find(string key)
    {
        var pattern = ToPattern(key);
        return All.FirstOrDefault(known => string.Equals(known.Pattern, pattern, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The secret that a file key names the file of.</summary>
    public static ConfigurationKey? FindByFileKey(string key)
    {
        var pattern = ToPattern(key);
        return All.FirstOrDefault(known => string.Equals(known.FilePattern, pattern, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The key of the secret that the file under <paramref name="fileKey"/> holds.</summary>
    public static string ToSecretKey(ConfigurationKey secret, string fileKey)
    {
        var indexes = new Queue<string>(fileKey.Split(':').Where(segment => segment.All(char.IsAsciiDigit)));
        return string.Join(':', secret.Pattern.Split(':').Select(segment => segment == "#" ? indexes.Dequeue() : segment));
    }
}
