using AzdoWebhookBridge.Ingress;

namespace AzdoWebhookBridge.Tests.Ingress;

public sealed class IngressSettingsTests
{
    private const long Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData(64, 4096, 64)]
    [InlineData(64, 128, 32)]
    [InlineData(16, 128, 16)]
    public void BodiesInFlight_AreAsConfigured_AndNeverMoreThanAQuarterOfTheMemory(long configured, long memory, long expected) =>
        Assert.Equal(
            expected * Mebibyte,
            new IngressSettings(new IngressOptions { MaxBytesInFlight = configured * Mebibyte }, memory * Mebibyte).MaxBytesInFlight);
}
