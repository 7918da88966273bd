namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>A control group with little memory, as a container has: whoever takes more is killed by the kernel.</summary>
internal sealed class SmallContainer : IDisposable
{
    // Either version of the interface, as the machine has it.
    private const string FirstVersion = "/sys/fs/cgroup/memory";
    private const string SecondVersion = "/sys/fs/cgroup";

    private readonly string _folder;

    private SmallContainer(string folder) => _folder = folder;

    /// <summary>What to start the bridge with, so that it is in the group from its first instruction.</summary>
    public string[] Wrapper => ["/bin/sh", "-c", $"echo $$ > {_folder}/cgroup.procs && exec \"$0\" \"$@\""];

    /// <exception cref="NotSupportedException">Skips the test: this user may not make control groups here.</exception>
    public static SmallContainer Create(long bytes)
    {
        var isFirstVersion = Directory.Exists(FirstVersion);
        var folder = Path.Combine(isFirstVersion ? FirstVersion : SecondVersion, $"azdo-bridge-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, isFirstVersion ? "memory.limit_in_bytes" : "memory.max"), $"{bytes}");
            return new SmallContainer(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder);
            }

            throw new NotSupportedException("$XunitDynamicSkip$no control group with a memory limit can be made here: " + exception.Message);
        }
    }

    /// <summary>To be called when nobody is in it any more.</summary>
    public void Dispose() => Directory.Delete(_folder);
}
