using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Operations;

public sealed class SecretFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bridge-secrets-");
    private readonly ManualTimeProvider _time = new();
    private readonly ConfigurationManager _configuration = new();

    public void Dispose()
    {
        _configuration.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private void Configure(params (string Key, string? Value)[] settings)
    {
        _configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        _configuration.AddSecretFiles(_time);
    }

    [Theory]
    [InlineData("Port:ClientSecretFile", "Port:ClientSecret")]
    [InlineData("port:clientsecretfile", "Port:ClientSecret")]
    [InlineData("Konnect:TokenFile", "Konnect:Token")]
    [InlineData("Ingress:Credentials:0:PasswordFile", "Ingress:Credentials:0:Password")]
    [InlineData("Ingress:Header:ValueFiles:1", "Ingress:Header:Values:1")]
    [InlineData("Admin:ApiKeyFiles:0", "Admin:ApiKeys:0")]
    [InlineData("Admin:ReadOnlyApiKeyFiles:0", "Admin:ReadOnlyApiKeys:0")]
    [InlineData("AzureDevOps:Organizations:3:PatFile", "AzureDevOps:Organizations:3:Pat")]
    [InlineData("Storage:ConnectionStringFile", "Storage:ConnectionString")]
    public void FileKey_SetsTheSecret(string fileKey, string key)
    {
        Configure((fileKey, Write("secret", "value\n")));

        Assert.Equal("value", _configuration[key]);
    }

    [Theory]
    [InlineData("value", "value")]
    [InlineData("value\n", "value")]
    [InlineData("value\r\n", "value")]
    [InlineData("value\n\n", "value\n")]
    [InlineData(" value ", " value ")]
    public void Content_LosesOneNewlineOnly(string content, string expected) =>
        Assert.Equal(expected, SecretFiles.TryRead(Write("secret", content)));

    [Fact]
    public void ChangedFile_ReachesTheOptions()
    {
        var path = Write("password", "old");
        Configure(("Ingress:Credentials:0:Username", "u"), ("Ingress:Credentials:0:PasswordFile", path));
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(_configuration)
            .AddOptions<IngressOptions>().BindConfiguration(IngressOptions.SectionName).Services
            .BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<IngressOptions>>();
        Assert.Equal("old", monitor.CurrentValue.Credentials[0].Password);

        Write("password", "new");
        Assert.Equal("old", monitor.CurrentValue.Credentials[0].Password);
        _time.Advance(SecretFiles.DefaultPollInterval);

        Assert.Equal("new", monitor.CurrentValue.Credentials[0].Password);
    }

    [Fact]
    public void UnchangedFile_ReloadsNothing()
    {
        Configure(("Konnect:TokenFile", Write("token", "t")));
        var reloads = 0;
        using var registration = Microsoft.Extensions.Primitives.ChangeToken.OnChange(((IConfiguration)_configuration).GetReloadToken, () => reloads++);

        _time.Advance(SecretFiles.DefaultPollInterval * 10);

        Assert.Equal(0, reloads);
    }

    [Fact]
    public void FileThatVanishes_KeepsTheSecret()
    {
        var path = Write("token", "t");
        Configure(("Konnect:TokenFile", path));

        File.Delete(path);
        _time.Advance(SecretFiles.DefaultPollInterval);

        Assert.Equal("t", _configuration["Konnect:Token"]);
    }

    [Fact]
    public void MissingFile_IsAProblemNamingKeyAndFile()
    {
        Configure(("Konnect:TokenFile", "/nowhere/token"));

        Assert.Equal("Konnect:TokenFile: there is no file /nowhere/token.", Assert.Single(ConfigurationValidator.Validate(_configuration)));
    }

    [Fact]
    public void EmptyFile_IsAProblem()
    {
        Configure(("Konnect:TokenFile", Write("token", "\n")));

        Assert.Contains(ConfigurationValidator.Validate(_configuration), problem => problem.StartsWith("Konnect:TokenFile: the file", StringComparison.Ordinal));
    }

    [Fact]
    public void ValueAndFile_AreAProblem()
    {
        Configure(("Konnect:TokenFile", Write("token", "canary-file")), ("Konnect:Token", "canary-value"));

        var problem = Assert.Single(ConfigurationValidator.Validate(_configuration));
        Assert.StartsWith("Konnect:TokenFile: Konnect:Token is set as well", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void FileOnly_IsAWholeCredential()
    {
        Configure(
            ("Port:ClientId", "id"),
            ("Port:ClientSecretFile", Write("port", "secret")),
            ("Ingress:Header:Name", "X-Secret"),
            ("Ingress:Header:ValueFiles:0", Write("header", "secret")));

        Assert.Empty(ConfigurationValidator.Validate(_configuration));
    }
}
