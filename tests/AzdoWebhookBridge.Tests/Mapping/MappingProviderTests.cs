using System.Reflection;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Mapping;

public sealed class MappingProviderTests : IDisposable
{
    private const string First = "- blueprint: one\n  entity: { identifier: .body.id }\n";
    private const string Second = "- blueprint: two\n  entity: { identifier: .body.id }\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("mapping-").FullName;
    private readonly IBridgeStore _store = DispatchProxy.Create<IBridgeStore, GenerationStore>();

    private List<string> Fingerprints => ((GenerationStore)(object)_store).Fingerprints;

    private string FilePath => Path.Combine(_folder, "rules.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task NoPath_LoadsTheBuiltInRulesUnderAGeneration()
    {
        var provider = Provider("");
        await provider.InitializeAsync(CancellationToken.None);

        Assert.Equal(BuiltInMapping.Rules.Fingerprint, provider.Current.Rules.Fingerprint);
        Assert.Equal(1, provider.Current.Generation);
        Assert.Equal([BuiltInMapping.Rules.Fingerprint], Fingerprints);
        Assert.False(await provider.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task BadFileAtStart_FailsTheStartWithAllProblems()
    {
        await WriteAsync("- blueprnt: one\n  entity: { identifier: .a + }\n");

        var exception = await Assert.ThrowsAsync<MappingException>(() => Provider(FilePath).InitializeAsync(CancellationToken.None));

        Assert.Equal(3, exception.Problems.Count);
        Assert.Contains($"{FilePath}:1:3", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Fingerprints);
    }

    [Fact]
    public async Task MissingFileAtStart_FailsTheStart()
    {
        var exception = await Assert.ThrowsAsync<MappingException>(() => Provider(FilePath).InitializeAsync(CancellationToken.None));

        Assert.Contains("there is no such file", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedFile_IsLoadedWhenTwoLooksFindTheSame()
    {
        var provider = await StartAsync();
        await WriteAsync("- blueprint: half\n");
        Assert.False(await provider.CheckAsync(CancellationToken.None));
        await WriteAsync(Second);
        Assert.False(await provider.CheckAsync(CancellationToken.None));
        Assert.Null(provider.Refused);
        Assert.Equal("one", provider.Current.Rules.Rules[0].Blueprint);

        Assert.True(await provider.CheckAsync(CancellationToken.None));

        Assert.Equal(("two", 2L), (provider.Current.Rules.Rules[0].Blueprint, provider.Current.Generation));
    }

    [Fact]
    public async Task BadOrRemovedFile_KeepsTheOldRulesVisibly_UntilItIsGoodAgain()
    {
        var provider = await StartAsync();

        await WriteAsync("- blueprint: one\n");
        await LookTwiceAsync(provider);
        Assert.Contains("no entity", Assert.Single(provider.Refused!.Problems).Message, StringComparison.Ordinal);
        File.Delete(FilePath);
        await LookTwiceAsync(provider);
        Assert.Contains("no such file", Assert.Single(provider.Refused!.Problems).Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(FilePath, [0xFF, 0xFE, 0x00]);
        await LookTwiceAsync(provider);
        Assert.Contains("not UTF-8", Assert.Single(provider.Refused!.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(("one", 1L), (provider.Current.Rules.Rules[0].Blueprint, provider.Current.Generation));

        await WriteAsync(First);
        await LookTwiceAsync(provider);
        Assert.Null(provider.Refused);
        Assert.Single(Fingerprints);
    }

    [Fact]
    public async Task StoreThatCannotServe_KeepsTheOldRulesAndIsAskedAgain()
    {
        var provider = await StartAsync();
        ((GenerationStore)(object)_store).IsDown = true;
        await WriteAsync(Second);
        await provider.CheckAsync(CancellationToken.None);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => provider.CheckAsync(CancellationToken.None));
        Assert.Equal("one", provider.Current.Rules.Rules[0].Blueprint);

        ((GenerationStore)(object)_store).IsDown = false;
        Assert.True(await provider.CheckAsync(CancellationToken.None));
        Assert.Equal(("two", 2L), (provider.Current.Rules.Rules[0].Blueprint, provider.Current.Generation));
    }

    private static async Task LookTwiceAsync(MappingProvider provider)
    {
        await provider.CheckAsync(CancellationToken.None);
        await provider.CheckAsync(CancellationToken.None);
    }

    private async Task<MappingProvider> StartAsync()
    {
        await WriteAsync(First);
        var provider = Provider(FilePath);
        await provider.InitializeAsync(CancellationToken.None);
        return provider;
    }

    private MappingProvider Provider(string path) => new(
        Options.Create(new MappingOptions { Path = path }), _store, TimeProvider.System, NullLogger<MappingProvider>.Instance);

    private Task WriteAsync(string text) => File.WriteAllTextAsync(FilePath, text);

    /// <summary>A store that knows generations and nothing else: the first rules are 1, each other ones one more.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it.
    internal class GenerationStore : DispatchProxy
#pragma warning restore CA1852
    {
        public List<string> Fingerprints { get; } = [];

        public bool IsDown { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Assert.Equal(nameof(IBridgeStore.GetGenerationAsync), targetMethod!.Name);
            if (IsDown)
            {
                return Task.FromException<long>(new StoreUnavailableException("locked"));
            }

            Fingerprints.Add((string)args![0]!);
            return Task.FromResult<long>(Fingerprints.Distinct(StringComparer.Ordinal).Count());
        }
    }
}
