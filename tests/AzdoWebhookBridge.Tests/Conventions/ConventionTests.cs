using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Conventions;

/// <summary>The house rules that a compiler cannot hold.</summary>
public sealed partial class ConventionTests
{
    private static readonly Assembly Bridge = typeof(AzdoWebhookBridge.Catalog.EntityKey).Assembly;

    public static TheoryData<string, string[]> Arrows => new()
    {
        // A folder, and what it must not know.
        { "Events", ["AzdoWebhookBridge.Storage", "AzdoWebhookBridge.Delivery", "AzdoWebhookBridge.Mapping", "AzdoWebhookBridge.Ingress"] },
        { "Catalog", ["AzdoWebhookBridge.Storage", "AzdoWebhookBridge.Delivery", "AzdoWebhookBridge.Mapping", "AzdoWebhookBridge.Ingress"] },
        { "Port", ["AzdoWebhookBridge.Storage", "AzdoWebhookBridge.Mapping", "AzdoWebhookBridge.Ingress", "AzdoWebhookBridge.Konnect"] },
        { "Konnect", ["AzdoWebhookBridge.Storage", "AzdoWebhookBridge.Mapping", "AzdoWebhookBridge.Ingress", "AzdoWebhookBridge.Port"] },
        { "AzureDevOps", ["AzdoWebhookBridge.Storage", "AzdoWebhookBridge.Mapping", "AzdoWebhookBridge.Port", "AzdoWebhookBridge.Konnect", "AzdoWebhookBridge.Cli"] },
        { "Storage", ["AzdoWebhookBridge.Delivery", "AzdoWebhookBridge.Ingress", "AzdoWebhookBridge.Port", "AzdoWebhookBridge.Konnect"] },
        { "Ingress", ["AzdoWebhookBridge.Delivery", "AzdoWebhookBridge.Port", "AzdoWebhookBridge.Konnect", "AzdoWebhookBridge.Mapping"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void Folder_KnowsOnlyWhatItMay(string folder, string[] forbidden)
    {
        var found = SourceTree.Files($"src/AzdoWebhookBridge/{folder}")
            .SelectMany(file => forbidden.Where(name => Regex.IsMatch(
                file.Text, $@"(using|=)\s+{Regex.Escape(name)}\b", RegexOptions.None, TimeSpan.FromSeconds(5)))
                .Select(name => $"{file.Path} uses {name}"));
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("Events")]
    [InlineData("Catalog")]
    [InlineData("Mapping")]
    public void PureFolder_TouchesNoClockNetworkOrDatabase(string folder)
    {
        var found = SourceTree.Files($"src/AzdoWebhookBridge/{folder}")
            .Where(file => !file.Path.StartsWith("src/AzdoWebhookBridge/Mapping/Live/", StringComparison.Ordinal))
            .SelectMany(file => Impure().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}"));
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("src/AzdoWebhookBridge.Jq")]
    [InlineData("src/AzdoWebhookBridge.Sandbox")]
    public void Library_KnowsNothingOfTheBridge(string folder)
    {
        var found = SourceTree.Files(folder)
            .Where(file => BridgeReference().IsMatch(file.Text))
            .Select(file => file.Path);
        Assert.Empty(found);
    }

    [Fact]
    public void Types_AreInternalAndSealed()
    {
        var found = Bridge.GetTypes()
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Namespace?.StartsWith("AzdoWebhookBridge", StringComparison.Ordinal) == true)
            .Where(type => type.IsPublic || (type is { IsClass: true, IsAbstract: false, IsSealed: false }
                && !Bridge.GetTypes().Any(other => other.BaseType == type)))
            .Select(type => type.FullName);
        Assert.Empty(found);
    }

    [Fact]
    public void EventIds_AreUniqueAndInTheRangeOfTheirClass()
    {
        var ids = Bridge.GetTypes().Where(type => type.Name.EndsWith("EventIds", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral))
            .Select(field => (field.Name, Id: (int)field.GetRawConstantValue()!))
            .ToList();
        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(id => id.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group)}"));
        Assert.All(ids, id => Assert.InRange(id.Id, 1000, 9999));
    }

    [Fact]
    public void LogMessages_HaveAnEventIdOfTheirOwn()
    {
        var messages = Bridge.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(method => (Method: $"{method.DeclaringType!.Name}.{method.Name}", Message: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(pair => pair.Message is not null)
            .ToList();
        Assert.NotEmpty(messages);
        Assert.All(messages, pair => Assert.True(pair.Message!.EventId >= 1000, $"{pair.Method} has event id {pair.Message.EventId}"));
        Assert.Empty(messages.GroupBy(pair => pair.Message!.EventId).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(pair => pair.Method))}"));
    }

    [Fact]
    public void AsyncMethods_AreNamedSoAndTakeTheirTokenLast()
    {
        var methods = Bridge.GetTypes()
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Namespace?.StartsWith("AzdoWebhookBridge", StringComparison.Ordinal) == true)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => !method.Name.Contains('<', StringComparison.Ordinal) && !method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .ToList();
        var unnamed = methods.Where(method => typeof(Task).IsAssignableFrom(method.ReturnType)
                && !method.Name.EndsWith("Async", StringComparison.Ordinal) && method.DeclaringType!.Name != "Program")
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name} returns a task");
        var misplaced = methods.Where(method =>
            {
                var index = Array.FindIndex(method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
                var last = Array.FindLastIndex(method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
                return index >= 0 && last != method.GetParameters().Length - 1;
            })
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name} takes its token before other parameters");
        Assert.Empty(unnamed.Concat(misplaced));
    }

    [Fact]
    public void Tests_DoNotSleep()
    {
        var found = SourceTree.Files("tests")
            .Where(file => !file.Path.Contains("/Conventions/", StringComparison.Ordinal) && !file.Path.Contains(".Benchmarks/", StringComparison.Ordinal))
            .SelectMany(file => Sleeps().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}"));
        Assert.Empty(found);
    }

    [Fact]
    public void Files_FitInTheHead()
    {
        var found = SourceTree.Files("src").Where(file => file.Text.Count(c => c == '\n') > 500).Select(file => file.Path);
        Assert.Empty(found);
    }

    [GeneratedRegex(@"\bTimeProvider\b|\bHttpClient\b|System\.Net\b|\bSqlite\w*|\bNpgsql\w*|\bDateTime(Offset)?\.(Utc)?Now\b|\bFile\.|\bDirectory\.", RegexOptions.None, 5000)]
    private static partial Regex Impure();

    [GeneratedRegex(@"using AzdoWebhookBridge(\.(Events|Catalog|Mapping|Storage|Delivery|Port|Konnect|Ingress|Operations|Cli))?;", RegexOptions.None, 5000)]
    private static partial Regex BridgeReference();

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\((?!Timeout)", RegexOptions.None, 5000)]
    private static partial Regex Sleeps();
}
