return await AzdoWebhookBridge.Cli.BridgeCommandLine.RunAsync(args);
