using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Benchmarks.Comparison;

/// <summary>Node with the binding, in the folder <c>Peer</c> of this project, where <c>npm ci</c> has to be run first.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <exception cref="InvalidOperationException">It cannot be started; the message says what to do.</exception>
    public static PeerProcess Start(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            throw new InvalidOperationException(
                $"Run 'npm ci' in {folder} first; it builds jq, which takes a C compiler, make, autoconf, automake, libtool, flex and bison.");
        }

        var process = Process.Start(new ProcessStartInfo("node", "peer.js")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        });
        return new PeerProcess(process ?? throw new InvalidOperationException("node cannot be started."));
    }

    public JsonObject Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        var answer = JsonNode.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer ended."))!.AsObject();
        return answer["error"] is { } error ? throw new InvalidOperationException($"The peer: {error}") : answer;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
