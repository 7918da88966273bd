using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>How Azure DevOps writes times, ids and people.</summary>
internal static class Wire
{
    public const string Ada = "Ada Example";
    public const string Grace = "Grace Example";

    // A work item has several of them, and there are many work items.
    private static readonly ConcurrentDictionary<(string BaseUrl, string Person), JsonElement> Identities = new();

    /// <summary>With seven digits, as events, Git and pipelines have it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    /// <summary>With up to three digits, as fields of work items have it.</summary>
    public static string FieldTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);

    /// <summary>An id that depends on the texts only.</summary>
    public static Guid Id(string scope, string text) => new(Hash($"{scope}/{text}").AsSpan(0, 16));

    public static string ObjectId(string text) => Convert.ToHexStringLower(Hash(text).AsSpan(0, 20));

    public static string Mail(string person) => $"{person.Split(' ')[0]}@example.com";

    /// <summary>A person as REST and newer resource versions tell one.</summary>
    public static JsonObject Identity(string baseUrl, string person) =>
        JsonObject.Create(Identities.GetOrAdd((baseUrl, person), key => JsonSerializer.SerializeToElement(NewIdentity(key.BaseUrl, key.Person))))!;

    /// <summary>A person as pushes and repository events tell one.</summary>
    public static JsonObject ShortIdentity(string person) => new()
    {
        ["displayName"] = person,
        ["id"] = Id("person", person).ToString(),
        ["uniqueName"] = Mail(person),
    };

    public static JsonObject Links(params (string Name, string Href)[] links)
    {
        var json = new JsonObject();
        foreach (var (name, href) in links)
        {
            json[name] = new JsonObject { ["href"] = href };
        }

        return json;
    }

    private static JsonObject NewIdentity(string baseUrl, string person)
    {
        var id = Id("person", person);
        var avatar = $"{baseUrl}_apis/GraphProfile/MemberAvatars/aad.{id:N}";
        return new JsonObject
        {
            ["displayName"] = person,
            ["url"] = $"{baseUrl}_apis/Identities/{id}",
            ["_links"] = Links(("avatar", avatar)),
            ["id"] = id.ToString(),
            ["uniqueName"] = Mail(person),
            ["imageUrl"] = avatar,
            ["descriptor"] = $"aad.{id:N}",
        };
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
