using System.Diagnostics;

namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>A file system of a few megabytes in memory. Needs the right to mount; skips the test without it.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallDisk(int megabytes)
    {
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _folder.Path) != 0)
        {
            _folder.Dispose();
            throw new NotSupportedException("$XunitDynamicSkip$a small file system cannot be mounted: run as root");
        }
    }

    public string Path => _folder.Path;

    public void Dispose()
    {
        Run("umount", "-l", _folder.Path);
        _folder.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
