using System.Reflection;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Operations.Options;
using Microsoft.Extensions.Configuration;

namespace AzdoWebhookBridge.Tests.Operations;

public sealed class ConfigurationValidatorTests
{
    private static IReadOnlyList<string> Validate(params (string Key, string? Value)[] settings) =>
        ConfigurationValidator.Validate(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build());

    [Fact]
    public void NothingSet_IsValid() => Assert.Empty(Validate());

    [Fact]
    public void EverythingSetRight_IsValid() => Assert.Empty(Validate(
        ("Ingress:Credentials:0:Username", "a"),
        ("Ingress:Credentials:0:Password", "b:c"),
        ("ingress:credentials:1:username", "a2"),
        ("INGRESS:CREDENTIALS:1:PASSWORD", "b2"),
        ("Ingress:Header:Name", "X-Secret"),
        ("Ingress:Header:Values:0", "v"),
        ("Ingress:MaxBodyBytes", "1048576"),
        ("Storage:Provider", "sqlite"),
        ("Storage:ConnectionString", "Data Source=x.db"),
        ("Storage:EventRetention", "3.00:00:00"),
        ("Port:BaseUrl", "http://localhost:5080"),
        ("Port:ClientId", "id"),
        ("Port:ClientSecret", "secret"),
        ("Konnect:Token", "t"),
        ("Konnect:CreateServices", "False"),
        ("AzureDevOps:Organizations:0:Url", "https://dev.azure.com/contoso"),
        ("AzureDevOps:Organizations:0:Pat", "p"),
        ("AzureDevOps:PublicUrl", "https://bridge.contoso.com"),
        ("Admin:ApiKeys:0", "k"),
        ("Http:PathBase", "/bridge"),
        ("Notify:Url", "https://hooks.contoso.com/x"),
        ("Delivery:MaxBackoff", "00:01:00"),
        ("Port", "8080"),
        ("Logging:LogLevel:Default", "Debug"),
        ("AllowedHosts", "*")));

    [Theory]
    [InlineData("AzureDevOps:PublicUrl", "https://bridge.example/?key=canary", "must not have a query")]
    [InlineData("AzureDevOps:PublicUrl", "https://bridge.example/#canary", "must not have a query or a fragment")]
    [InlineData("AzureDevOps:PublicUrl", "https://canary@bridge.example", "must not contain a credential")]
    [InlineData("AzureDevOps:PublicUrl", "https://bridge.example/x/webhooks/azure-devops/", "write https://bridge.example/x.")]
    [InlineData("AzureDevOps:EntraUrl", "https://login.example?canary", "must not have a query")]
    [InlineData("Port:BaseUrl", "https://port.example?canary", "must not have a query")]
    public void AddressThatPathsAreAddedTo_HasNothingElse(string key, string value, string problem)
    {
        var found = Assert.Single(Validate((key, value)));

        Assert.StartsWith($"{key}: ", found, StringComparison.Ordinal);
        Assert.Contains(problem, found, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", found, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyProblems_ComeAllAtOnceUnderTheirKeys()
    {
        var exception = Assert.Throws<ConfigurationException>(() => ConfigurationValidator.ThrowIfInvalid(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Ingress:Credentials:0:Username"] = "user",
                ["Ingress:MaxBodyBytes"] = "4 MiB",
                ["Port:ClientSecret"] = "canary-secret",
                ["Port:BaseUri"] = "https://x",
                ["Delivery:MaxBackoff"] = "5 minutes",
            })
            .Build()));

        Assert.Equal(5, exception.Problems.Count);
        Assert.Contains(exception.Problems, problem => problem.StartsWith("Ingress:Credentials:0:Password: is missing", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.StartsWith("Ingress:MaxBodyBytes: must be a whole number", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.StartsWith("Port:ClientId: is missing", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Contains("Did you mean Port:BaseUrl?", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.StartsWith("Delivery:MaxBackoff: must be a duration", StringComparison.Ordinal));
        Assert.All(exception.Problems, problem => Assert.Contains(problem, exception.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ingress:Credential:0:Username", "Ingress:Credentials:0:Username")]
    [InlineData("Ingress:MaxBodyByte", "Ingress:MaxBodyBytes")]
    [InlineData("Admin:ApiKey:0", "Admin:ApiKeys:0")]
    [InlineData("Admin:ApiKeyFile:0", "Admin:ApiKeyFiles:0")]
    [InlineData("Konnect:ToknFile", "Konnect:TokenFile")]
    [InlineData("Storage:Retention", "Storage:EventRetention")]
    [InlineData("Delivery:GiveupAftr", "Delivery:GiveUpAfter")]
    public void UnknownKey_IsAnErrorWithTheNearestName(string key, string nearest) =>
        Assert.Equal($"{key}: there is no such setting. Did you mean {nearest}?", Assert.Single(Validate((key, "x"))));

    [Fact]
    public void UnknownKeyThatIsLikeNothing_IsAnErrorWithoutAGuess() =>
        Assert.Equal("Notify:Qqqqqqqqqqqqqqqqqqqqqqqqqqqq: there is no such setting.", Assert.Single(Validate(("Notify:Qqqqqqqqqqqqqqqqqqqqqqqqqqqq", "x"))));

    [Theory]
    [InlineData("Admin:ApiKeys", "k", "Admin:ApiKeys: this is a list; write Admin:ApiKeys:0.")]
    [InlineData("Ingress:Credentials", "a:b", "Ingress:Credentials: takes no value of its own; there are settings below it.")]
    public void ValueWhereSettingsAreBelow_IsAnError(string key, string value, string problem) =>
        Assert.Equal(problem, Assert.Single(Validate((key, value))));

    [Theory]
    [InlineData("Ingress:MaxBodyBytes", "1023", false)]
    [InlineData("Ingress:MaxBodyBytes", "1024", true)]
    [InlineData("Ingress:MaxBodyBytes", "67108864", true)]
    [InlineData("Ingress:MaxBodyBytes", "67108865", false)]
    [InlineData("Ingress:MaxBodyBytes", "99999999999999999999", false)]
    [InlineData("Storage:EventRetention", "2.00:00:00", true)]
    [InlineData("Storage:EventRetention", "1.23:59:59", false)]
    [InlineData("Storage:EventRetention", "14", false)]
    [InlineData("Delivery:MaxBackoff", "00:00:01", true)]
    [InlineData("Delivery:MaxBackoff", "00:00:00.5", false)]
    [InlineData("Delivery:MaxBackoff", "01:00:00", true)]
    [InlineData("Delivery:MaxBackoff", "01:00:01", false)]
    [InlineData("Delivery:MaxBackoff", "-00:00:05", false)]
    [InlineData("Delivery:MaxBackoff", "00:61:00", false)]
    [InlineData("Delivery:GiveUpAfter", "00:01:00", true)]
    [InlineData("Delivery:GiveUpAfter", "30.00:00:00", true)]
    [InlineData("Delivery:GiveUpAfter", "30.00:00:01", false)]
    [InlineData("Konnect:CreateServices", "yes", false)]
    [InlineData("Konnect:CreateServices", "true", true)]
    [InlineData("Storage:Provider", "MySql", false)]
    [InlineData("Port:BaseUrl", "api.port.io", false)]
    [InlineData("Port:BaseUrl", "http://api.port.io", false)]
    [InlineData("Port:BaseUrl", "http://127.0.0.1:1234", true)]
    [InlineData("Port:BaseUrl", "http://[::1]:1234", true)]
    [InlineData("Port:BaseUrl", "ftp://api.port.io", false)]
    [InlineData("Port:BaseUrl", "https://user:canary@api.port.io", false)]
    [InlineData("AzureDevOps:PublicUrl", "http://bridge.contoso.com", false)]
    [InlineData("Http:PathBase", "bridge", false)]
    [InlineData("Http:PathBase", "/bridge/", false)]
    [InlineData("Http:PathBase", "/a/b", true)]
    [InlineData("Http:PathBase", "", true)]
    public void Value_IsHeldToItsKindAndRange(string key, string value, bool isValid)
    {
        var problems = Validate((key, value));

        if (isValid)
        {
            Assert.Empty(problems);
            return;
        }

        Assert.StartsWith($"{key}: ", Assert.Single(problems), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("Data Source=data/bridge.db", "is not one for PostgreSQL")]
    [InlineData("Database=bridge;Password=canary", "names no host")]
    [InlineData("Host=db;Pasword=canary", "is not one for PostgreSQL")]
    [InlineData("Host=db;Port=canary", "is not one for PostgreSQL")]
    [InlineData("Host=db;Database=bridge;Username=bridge;Password=canary", null)]
    public void PostgreSql_HasToBeToldWhereItIs(string? connectionString, string? expected)
    {
        var problems = connectionString is null
            ? Validate(("Storage:Provider", "PostgreSql"))
            : Validate(("Storage:Provider", "PostgreSql"), ("Storage:ConnectionString", connectionString));

        Assert.Equal(expected is null ? 0 : 1, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("Storage:ConnectionString: ", problem, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.Contains(expected!, problem, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.DoesNotContain("canary", problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ingress:Credentials:2:Password", "Ingress:Credentials:2:Username")]
    [InlineData("Ingress:Credentials:0:Username", "Ingress:Credentials:0:Password")]
    [InlineData("Ingress:Header:Name", "Ingress:Header:Values:0")]
    [InlineData("Ingress:Header:Values:0", "Ingress:Header:Name")]
    [InlineData("Port:ClientId", "Port:ClientSecret")]
    [InlineData("Port:ClientSecret", "Port:ClientId")]
    [InlineData("AzureDevOps:Organizations:0:Pat", "AzureDevOps:Organizations:0:Url")]
    public void HalfACredential_NamesTheMissingHalf(string present, string missing) =>
        Assert.StartsWith($"{missing}: is missing", Assert.Single(Validate((present, "canary-half"))), StringComparison.Ordinal);

    [Fact]
    public void UsernameWithColon_IsAnError() =>
        Assert.Contains("colon", Assert.Single(Validate(("Ingress:Credentials:0:Username", "a:b"), ("Ingress:Credentials:0:Password", "c"))), StringComparison.Ordinal);

    [Fact]
    public void EmptyLists_AreValid()
    {
        var json = """{"Ingress":{"Credentials":[],"Header":{"Values":[]}},"Admin":{"ApiKeys":[]},"Port":{}}"""u8.ToArray();

        Assert.Empty(ConfigurationValidator.Validate(new ConfigurationBuilder().AddJsonStream(new MemoryStream(json)).Build()));
    }

    [Fact]
    public void ShippedSettings_AreValid() =>
        Assert.Empty(ConfigurationValidator.Validate(new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: false).Build()));

    [Theory]
    [InlineData(typeof(IngressOptions), IngressOptions.SectionName)]
    [InlineData(typeof(AdminOptions), AdminOptions.SectionName)]
    [InlineData(typeof(HttpOptions), HttpOptions.SectionName)]
    [InlineData(typeof(NotifyOptions), NotifyOptions.SectionName)]
    [InlineData(typeof(AzureDevOpsOptions), AzureDevOpsOptions.SectionName)]
    public void EveryOption_IsInTheTableWithItsDefault(Type type, string section)
    {
        var options = Activator.CreateInstance(type)!;
        var keys = KeysOf(type, section, options).ToDictionary(StringComparer.Ordinal);

        Assert.Equal(
            ConfigurationKeys.All.Where(key => key.Section == section).Select(key => key.Pattern).Order(StringComparer.Ordinal),
            keys.Keys.Order(StringComparer.Ordinal));
        Assert.All(keys, pair => Assert.Equal(ConfigurationKeys.Find(pair.Key)!.Default, pair.Value));
    }

    private static IEnumerable<KeyValuePair<string, string>> KeysOf(Type type, string prefix, object? instance)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{prefix}:{property.Name}";
            var value = instance is null ? null : property.GetValue(instance);
            if (property.PropertyType.IsGenericType)
            {
                var item = property.PropertyType.GetGenericArguments()[0];
                foreach (var inner in item == typeof(string) ? [KeyValuePair.Create($"{key}:#", "")] : KeysOf(item, $"{key}:#", instance: null))
                {
                    yield return inner;
                }
            }
            else if (property.PropertyType.Namespace!.StartsWith("System", StringComparison.Ordinal))
            {
                yield return KeyValuePair.Create(key, value is bool flag ? (flag ? "true" : "false") : value?.ToString() ?? "");
            }
            else
            {
                foreach (var inner in KeysOf(property.PropertyType, key, value))
                {
                    yield return inner;
                }
            }
        }
    }
}
