namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("azdo-bridge-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
