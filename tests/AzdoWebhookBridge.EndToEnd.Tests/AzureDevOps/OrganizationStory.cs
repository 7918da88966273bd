using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.EndToEnd.Tests.AzureDevOps;

/// <summary>What happens in the organization of the outage story.</summary>
internal sealed class OrganizationStory
{
    private readonly SandboxOrganization _contoso;
    private readonly SampleProject _payments;
    private readonly SampleProject _shop;
    private readonly List<SampleRepository> _repositories = [];
    private readonly List<int> _items = [];
    private SamplePipeline _pipeline;

    public OrganizationStory(SandboxOrganization contoso)
    {
        _contoso = contoso;
        _payments = contoso.AddProject("Payments");
        _shop = contoso.AddProject("Web Shop");
        foreach (var name in (string[])["Checkout API", "ledger", "legacy", "spike"])
        {
            _repositories.Add(contoso.AddRepository(_payments, name));
        }

        _pipeline = contoso.AddPipeline(_payments, "checkout-ci");
        for (var item = 0; item < 30; item++)
        {
            _items.Add(contoso.AddWorkItem(item % 2 == 0 ? _payments : _shop, $"Item {item}").Id);
        }
    }

    public void Before()
    {
        _contoso.Push(_repositories[0]);
        _contoso.Run(_pipeline);
        _contoso.UpdateWorkItem(_items[0], state: "Active");
    }

    public void During(int hour)
    {
        _contoso.UpdateWorkItem(_items[hour % 10], state: $"State {hour}", priority: 1 + (hour % 4));
        switch (hour)
        {
            case 0:
                _contoso.Push(_repositories[0]);
                break;
            case 3:
                _repositories[1] = _contoso.RenameRepository(_repositories[1], "general-ledger");
                _contoso.DeleteWorkItem(_items[20]);
                break;
            case 7:
                _contoso.DeleteRepository(_repositories[2]);
                break;
            case 9:
                _pipeline = _contoso.UpdatePipeline(_pipeline, "checkout-build");
                _contoso.Run(_pipeline);
                break;
            case 20:
                _contoso.DeleteWorkItem(_items[21]);
                _items.Add(_contoso.AddWorkItem(_shop, "Made in the dark").Id);
                break;
            case 40:
                _repositories.Add(_contoso.AddRepository(_shop, "made-in-the-dark"));
                _contoso.DeleteRepository(_repositories[3]);
                _contoso.RestoreWorkItem(_items[21]);
                _contoso.DeleteWorkItem(_items[22]);
                break;
            case 45:
                _repositories[0] = _contoso.DisableRepository(_repositories[0]);
                break;
        }
    }

    public void After()
    {
        _contoso.UpdateWorkItem(_items[3], state: "Closed");
        _contoso.Push(_repositories[1]);
    }
}
