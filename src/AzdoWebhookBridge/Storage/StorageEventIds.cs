namespace AzdoWebhookBridge.Storage;

/// <summary>Ids of the storage's log messages, 2000 to 2099; never renumbered, gaps stay.</summary>
internal static class StorageEventIds
{
    public const int StoreOpened = 2000;
    public const int MigrationApplied = 2001;
    public const int StoreClosed = 2002;
    public const int WriteFailed = 2003;
    public const int WriterReopened = 2004;
    public const int ReopenFailed = 2005;
    public const int CheckpointFailed = 2006;
    public const int RowRefused = 2007;
    public const int LeaseLost = 2008;
    public const int StoreRecovered = 2009;
    public const int SignalsInterrupted = 2010;
}
