using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>
/// Standard output that is a pipe. The platform's own stream swallows that the reader (<c>| head</c>) has gone: a command that
/// follows something would then never end.
/// </summary>
internal static class OutputPipe
{
    private const int StandardOutput = 1;

    // EPIPE on Linux and macOS.
    private const int BrokenPipe = 32;

    // POLLERR and POLLHUP.
    private const short Gone = 0x08 | 0x10;

    /// <summary>The pipe; null when it is something else. Files are left to the platform, because a stream of ours would write at a position of its own.</summary>
    public static FileStream? TryOpen()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? null : stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether a write failed because the reader has gone.</summary>
    public static bool IsClosed(IOException exception) => exception.HResult == BrokenPipe;

    /// <summary>Whether the reader has gone, without writing.</summary>
    public static bool IsReaderGone()
    {
        var descriptor = new PollDescriptor { Descriptor = StandardOutput };
        return Poll(ref descriptor, 1, 0) > 0 && (descriptor.Happened & Gone) != 0;
    }

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
