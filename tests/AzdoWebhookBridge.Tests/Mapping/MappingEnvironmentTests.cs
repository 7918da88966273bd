using System.Text;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Operations.Configuration;
using Microsoft.Extensions.Configuration;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary><c>env</c> in expressions: what is named, and nothing else.</summary>
public sealed class MappingEnvironmentTests
{
    private const string Rules = """
        port:
          - blueprint: ours
            filter: .body.eventType == "git.push"
            entity: { identifier: '"x-" + env.CLUSTER_NAME', properties: { region: $ENV.REGION, all: env | keys } }
        """;

    private static readonly Dictionary<string, string> Machine = new(StringComparer.Ordinal)
    {
        ["CLUSTER_NAME"] = "north",
        ["REGION"] = "eu",
        ["Port__ClientSecret"] = "canary",
    };

    [Fact]
    public void NamedVariables_AreRead()
    {
        var entity = Map("CLUSTER_NAME", "NOT_SET", " REGION ");

        Assert.Equal("x-north", entity.Key.Identifier);
        Assert.Equal("\"eu\"", entity.Fields["properties/region"]);
        Assert.Equal("""["CLUSTER_NAME","REGION"]""", entity.Fields["properties/all"]);
    }

    [Fact]
    public void OtherVariables_AreAsIfTheyWereNotSet()
    {
        var entity = Map("REGION", "Port__ClientSecret", "");

        Assert.Equal("x-", entity.Key.Identifier);
        Assert.DoesNotContain("canary", string.Concat(entity.Fields.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void OtherValues_AreOtherRules()
    {
        var before = Load(MappingEnvironment.Empty);
        var after = Load(MappingEnvironment.Of(["REGION"], _ => "eu"));

        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        Assert.Equal(after.Fingerprint, Load(MappingEnvironment.Of(["REGION", "NOT_SET"], name => name == "REGION" ? "eu" : null)).Fingerprint);
    }

    [Theory]
    [InlineData("CLUSTER_NAME", null)]
    [InlineData("Port__ClientSecret", "may be a secret")]
    [InlineData("Port:ClientSecret", "may be a secret")]
    [InlineData("A=B", "is not the name")]
    public void Name_IsChecked(string name, string? expected)
    {
        var problems = ConfigurationValidator.Validate(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Mapping:Environment:0", (string?)name)]).Build());

        Assert.Equal(expected is null ? 0 : 1, problems.Count);
        Assert.All(problems, problem => Assert.Contains(expected!, problem, StringComparison.Ordinal));
    }

    private static MappingRules Load(MappingEnvironment environment) => MappingLoader.Load(Rules, "rules.yaml", environment).Rules!;

    private static Catalog.EntityChange Map(params string[] names)
    {
        var result = EventMapper.Map(Load(MappingEnvironment.Of(names, name => Machine.GetValueOrDefault(name))), 1, new EventInput
        {
            Body = Encoding.UTF8.GetBytes(Infrastructure.Payloads.Push()),
            Context = EventInput.NoContext,
            EventKey = "key",
            EventTime = 0,
        });
        return Assert.Single(result.Changes);
    }
}
