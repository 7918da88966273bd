using Microsoft.AspNetCore.Http.Features;

namespace AzdoWebhookBridge.Ingress;

/// <summary>
/// Reads on and throws away what a refused sender still sends. Most clients send the whole body before they look at the answer; a
/// connection closed under them is a broken pipe instead of the 401 or 413 with its reason. Bounded in bytes, time and number.
/// </summary>
internal sealed class LingeringClose(TimeProvider time)
{
    private const long MaxBytes = 64 * 1024 * 1024;
    private const int MaxAtOnce = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private int _running;

    /// <summary>The server's own limit would end the connection in the middle of it; ours are checked by <see cref="BodyReader"/>.</summary>
    public static void LiftServerLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    /// <summary>To be called when the answer is written.</summary>
    public async Task DrainAsync(HttpContext context)
    {
        // Who asked first whether to send has the answer already.
        if (context.Request.Headers.Expect.Count > 0)
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _running) > MaxAtOnce)
            {
                return;
            }

            await context.Response.CompleteAsync();
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
            long drained = 0;
            while (drained < MaxBytes)
            {
                var result = await context.Request.BodyReader.ReadAsync(either.Token);
                drained += result.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The sender is gone, too slow or not worth more: the answer was written, which is all that can be done.
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
