using AzdoWebhookBridge.Storage.PostgreSql;

namespace AzdoWebhookBridge.Tests.Storage;

public sealed class PostgreSqlAddressTests
{
    [Fact]
    public void Complete_AddsWhatIsNotSaid()
    {
        var settings = PostgreSqlAddress.Complete("Host=db;Database=bridge");

        Assert.Equal("azdo-webhook-bridge", settings.ApplicationName);
        Assert.Equal(5, settings.Timeout);
        Assert.Equal(15, settings.CommandTimeout);
        Assert.Equal(60, settings.MaxAutoPrepare);
        Assert.True(settings.NoResetOnClose);
    }

    [Theory]
    [InlineData("Host=db;Command Timeout=120;MaxAutoPrepare=0")]
    [InlineData("server=db;CommandTimeout=120;max auto prepare=0")]
    public void Complete_KeepsWhatIsSaid(string connectionString)
    {
        var settings = PostgreSqlAddress.Complete(connectionString);

        Assert.Equal("db", settings.Host);
        Assert.Equal(120, settings.CommandTimeout);
        Assert.Equal(0, settings.MaxAutoPrepare);
        Assert.Equal(20, settings.MaxPoolSize);
    }
}
