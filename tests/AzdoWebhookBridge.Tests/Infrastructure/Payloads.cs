namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>Service-hook events of the shapes Azure DevOps sends.</summary>
internal static class Payloads
{
    public const string Subscription = "5c1d5a84-0f5b-4d54-9a7e-2f4f1f3b7f10";

    public static string Push(
        string subscriptionId = Subscription, long notificationId = 12, string containers = RealContainers, string resource = PushResource) =>
        $$"""
        {
          "subscriptionId": "{{subscriptionId}}",
          "notificationId": {{notificationId}},
          "id": "03c164c2-8912-4d5e-8009-3707d5f83734",
          "eventType": "git.push",
          "publisherId": "tfs",
          "message": { "text": "Ann pushed updates to shop:main." },
          "detailedMessage": null,
          "resource": {{resource}},
          "resourceVersion": "1.0",
          "resourceContainers": {{containers}},
          "createdDate": "2026-11-20T08:15:30.1234567Z"
        }
        """;

    public const string PushResource =
        """{"refUpdates":[{"name":"refs/heads/main","oldObjectId":"0000000000000000000000000000000000000000","newObjectId":"33b55f7cb7e7e245323987634f960cf4a6e6bc74"}],"repository":{"id":"7ad1bb9c-6c2f-4d06-8e9a-0d2a4b4c6b77","name":"shop","project":{"id":"1f6a0b5d-3c7e-4d59-8f7a-6f0c7a0c9a11","name":"Store"}},"pushId":14}""";

    public const string RealContainers =
        """{"collection":{"id":"0b0d4f3e-91a6-4a25-9c2e-1f0b8a3a7f01","baseUrl":"https://dev.azure.com/contoso/"},"account":{"id":"2f9b1c44-7b6e-4f1b-8d27-55f0d6f5a902","baseUrl":"https://dev.azure.com/contoso/"},"project":{"id":"1f6a0b5d-3c7e-4d59-8f7a-6f0c7a0c9a11","baseUrl":"https://dev.azure.com/contoso/"}}""";

    /// <summary>The containers of Azure DevOps' own sample events.</summary>
    public const string SampleContainers =
        """{"collection":{"id":"c12d0eb8-e382-443b-9f9c-c52cba5014c2"},"account":{"id":"f844ec47-a9db-4511-8281-8b63f4eaf94e"},"project":{"id":"be9b3917-87e6-42a4-a549-2bc06a7a878f"}}""";
}
