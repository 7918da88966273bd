using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>An action on all that match: counts first, asks above a hundred, and names the count, so that it acts on no other number.</summary>
internal static class BulkAction
{
    /// <param name="output">Where to ask.</param>
    /// <param name="things">What they are called.</param>
    /// <param name="isSure">Whether <c>--yes</c> was given.</param>
    /// <param name="actAsync">Acts on an expected number, or (true) only counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many there were.</returns>
    public static async Task<int> RunAsync(
        CommandOutput output, string things, bool isSure, Func<int?, bool, Task<CountModel>> actAsync, CancellationToken cancellationToken)
    {
        var count = (await actAsync(null, true).ConfigureAwait(false)).Count;
        if (count > ApiQuery.MaxUnconfirmed && !isSure
            && !await output.ConfirmAsync(count, $"{count} {things} match.", cancellationToken).ConfigureAwait(false))
        {
            throw new CommandException("Nothing was done.");
        }

        return count == 0 ? 0 : (await actAsync(count, false).ConfigureAwait(false)).Count;
    }
}
