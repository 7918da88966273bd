using System.Net;
using System.Security.Authentication;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

public sealed class PortNetworkTests
{
    public static TheoryData<HttpRequestError> Errors => new(Enum.GetValues<HttpRequestError>());

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task NetworkError_MakesTheTargetUnavailable(HttpRequestError error)
    {
        var stub = new StubHandler().ThenThrow(() => new HttpRequestException(error, $"to {Secret}", new AuthenticationException(Secret)));
        await using var harness = On(stub);

        var outcome = (await harness.DeliverAsync(Item("a")))[0];

        Assert.StartsWith("Port: port.test ", Assert.IsType<DeliveryOutcome.TargetUnavailable>(outcome).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswerThatDrips_EndsAtTheTimeOut()
    {
        var time = new ManualTime();
        var drip = new DrippingStream();
        var stub = new StubHandler().Then(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(drip) });
        await using var harness = On(stub, time);

        var delivery = harness.DeliverAsync(Item("a"));
        await drip.Reading.Task;
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Contains("30 s", Assert.IsType<DeliveryOutcome.TargetUnavailable>((await delivery)[0]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswerWithoutEnd_IsCutAtItsLimit()
    {
        var endless = new EndlessStream();
        var stub = new StubHandler().Then(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(endless) });
        await using var harness = On(stub);

        Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("a")))[0]);
        Assert.InRange(endless.Given, BoundedHttp.MaxAnswerBytes, BoundedHttp.MaxAnswerBytes + (256 * 1024));
    }

    [Fact]
    public async Task CallerThatCancels_GetsItsCancellation()
    {
        var drip = new DrippingStream();
        var stub = new StubHandler().Then(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(drip) });
        await using var harness = On(stub);
        using var stop = new CancellationTokenSource();

        var delivery = harness.Target.DeliverAsync(new DeliveryBatch([Item("a")]), stop.Token);
        await drip.Reading.Task;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery);
    }

    [Fact]
    public async Task FailedCall_IsLoggedWithItsTrace()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(503, "{}", ("x-trace-id", "trace-1")));
        await using var harness = On(stub);

        await harness.DeliverAsync(Item("a", """{"title":"a private title"}"""));

        Assert.Contains(harness.Logs.Lines, line => line.Text.Contains("trace-1", StringComparison.Ordinal));
        Assert.DoesNotContain(harness.Logs.Lines, line => line.Text.Contains("private", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryCall_IntroducesItself()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(503, "{}"));
        await using var harness = On(stub);

        await harness.DeliverAsync(Item("a"));

        Assert.All(stub.Seen, request => Assert.Matches(@"^azdo-webhook-bridge/[0-9.]+/test$", request.UserAgent));
    }

    private sealed class DrippingStream : EndlessStream
    {
        public TaskCompletionSource Reading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            Reading.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return 0;
        }
    }

    private class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            buffer.Span.Fill((byte)' ');
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
