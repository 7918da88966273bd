using System.Text;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Events;

public sealed class TestDeliveryTests
{
    private static bool IsTest(string json)
    {
        Assert.True(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(json), out var envelope, out var error), error);
        return TestDelivery.Is(envelope);
    }

    [Fact]
    public void UnsavedSubscription_IsATest() => Assert.True(IsTest(Payloads.Push("00000000-0000-0000-0000-000000000000")));

    [Fact]
    public void SavedSubscriptionWithSampleContainers_IsATest() => Assert.True(IsTest(Payloads.Push(containers: Payloads.SampleContainers)));

    [Fact]
    public void SampleContainersInUpperCase_AreATest() =>
        Assert.True(IsTest(Payloads.Push(containers: Payloads.SampleContainers.Replace("c12d0eb8", "C12D0EB8", StringComparison.Ordinal))));

    [Fact]
    public void SampleContainersWithABaseUrl_AreReal() =>
        Assert.False(IsTest(Payloads.Push(containers: Payloads.SampleContainers.Replace(
            "\"account\":{", "\"account\":{\"baseUrl\":\"https://dev.azure.com/contoso/\",", StringComparison.Ordinal))));

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"project":{"id":"1f6a0b5d-3c7e-4d59-8f7a-6f0c7a0c9a11"}}""")]
    [InlineData("""{"collection":{"id":"c12d0eb8-e382-443b-9f9c-c52cba5014c2"},"project":{"id":"1f6a0b5d-3c7e-4d59-8f7a-6f0c7a0c9a11"}}""")]
    public void OtherContainers_AreReal(string containers) => Assert.False(IsTest(Payloads.Push(containers: containers)));

    [Fact]
    public void RealEvent_IsReal() => Assert.False(IsTest(Payloads.Push()));
}
