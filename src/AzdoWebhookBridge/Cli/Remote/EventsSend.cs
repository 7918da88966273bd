using System.CommandLine;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary><c>bridge events send</c>: a sample through the whole of a real installation, and what became of it.</summary>
internal static class EventsSend
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var sample = new Option<string>("--sample") { Description = "The type of event.", Required = true };
        sample.AcceptOnlyFromAmong([.. SampleEvents.Names]);
        var to = new Option<string?>("--to") { Description = "Where to deliver it, for example the public URL; without it to the running service." };
        var real = new Option<bool>("--real") { Description = "Have it forwarded: writes clearly named sample entities into the catalogs." };
        var wait = new Option<double>("--wait") { Description = "How many seconds to wait for the outcome.", DefaultValueFactory = _ => 30 };
        var command = new Command("send", "Send a sample event to the ingress and follow it: stored, mapped, what it writes.") { sample, to, real, wait };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var configuration = CommandConfiguration.Load(parsed);
            using var client = BridgeClient.Create(parsed, remote, configuration);
            var bridge = parsed.GetValue(to) is { } url ? ServiceAddress.Parse("--to", url) : client.Address;
            using var sender = new IngressSender(bridge, configuration);
            var follower = new SampleFollower(
                new CommandOutput(parsed), client, CommandConsole.Of(parsed).Time, TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(wait), 0, 3600)), Interval);
            return await follower.RunAsync(sender, parsed.GetRequiredValue(sample), parsed.GetValue(real), cancellationToken).ConfigureAwait(false);
        });
        return command.WithExamples(
            "bridge events send --sample git.push  # marked as a test: shown, never forwarded",
            "bridge events send --sample workitem.created --real  # into the catalogs, under a sample's name",
            "bridge events send --sample workitem.deleted --real  # and out of them again",
            "bridge events send --sample git.push --to https://bridge.example.com");
    }
}

/// <summary>Sends one sample and says, step by step, what became of it.</summary>
internal sealed class SampleFollower(CommandOutput output, BridgeClient client, TimeProvider time, TimeSpan patience, TimeSpan interval)
{
    public async Task<int> RunAsync(IngressSender sender, string sample, bool isReal, CancellationToken cancellationToken)
    {
        var body = SampleEvents.Make(sample, isReal, time.GetUtcNow()).ToJsonString();
        var (status, eventId) = await sender.SendAsync(body, cancellationToken).ConfigureAwait(false);
        output.Say($"{sample} to {sender.Address}: {PlainText.Clean(status, 40)}, event {PlainText.Clean(eventId, 20)}");

        var start = time.GetTimestamp();
        var path = $"api/events/{Uri.EscapeDataString(eventId)}";
        var detail = await UntilAsync(
            start, () => client.GetAsync(path, ApiJson.Default.EventDetailModel, cancellationToken), found => found.Event.State != "stored", cancellationToken)
            .ConfigureAwait(false);
        if (detail.Event.State == "stored")
        {
            throw new CommandException($"Event {eventId} is stored, but was not mapped within {patience.TotalSeconds:0} s. See 'bridge health' and the service's log.");
        }

        output.Say($"mapped: {detail.Event.State}");
        return isReal
            ? await FollowAsync(sample, path, detail, start, cancellationToken).ConfigureAwait(false)
            : await PreviewAsync(sample, detail, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> PreviewAsync(string sample, EventDetailModel detail, CancellationToken cancellationToken)
    {
        var request = new PreviewRequest(Rules: null, Event: null, detail.Event.Id);
        var preview = await client.PostAsync("api/mapping/preview", request, ApiJson.Default.PreviewRequest, ApiJson.Default.JsonElement, cancellationToken)
            .ConfigureAwait(false);
        output.WriteJson(new { Sample = sample, EventId = detail.Event.Id, detail.Event.State, IsForwarded = false, Would = preview });
        if (!output.IsJson && detail.Explanation is { } explanation)
        {
            EventReport.WriteRules(output, explanation);
            output.Say("Marked as a test: nothing of it is forwarded. --real has it forwarded; --json shows the entities in full.");
        }

        return detail.Event.State == "test" ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<int> FollowAsync(string sample, string path, EventDetailModel detail, long start, CancellationToken cancellationToken)
    {
        var targets = await client.GetAsync("api/targets", ApiJson.Default.IReadOnlyListTargetModel, cancellationToken).ConfigureAwait(false);
        var active = targets.Where(target => target is { IsConfigured: true, IsPaused: false }).Select(target => target.Target).ToHashSet(StringComparer.Ordinal);
        detail = await UntilAsync(
            start,
            () => client.GetAsync(path, ApiJson.Default.EventDetailModel, cancellationToken),
            found => found.Effects.All(effect => effect.Delivery != "dirty" || !active.Contains(effect.Target)),
            cancellationToken).ConfigureAwait(false);
        var isDone = detail.Event.State == "folded" && detail.Effects.All(effect => effect.Delivery is "delivered" or "waiting" || !active.Contains(effect.Target));
        output.WriteJson(new { Sample = sample, EventId = detail.Event.Id, detail.Event.State, IsForwarded = true, detail.Effects });
        if (!output.IsJson)
        {
            EventReport.WriteEffects(output, detail.Effects);
        }

        foreach (var effect in detail.Effects.Where(effect => effect.Delivery != "delivered"))
        {
            output.Say(await ReasonAsync(effect, active, cancellationToken).ConfigureAwait(false));
        }

        SayHowToRemove(sample, detail.Effects);
        return isDone ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<string> ReasonAsync(EffectModel effect, HashSet<string> active, CancellationToken cancellationToken)
    {
        var name = $"{effect.Target} {effect.Blueprint} {effect.Identifier}";
        if (!active.Contains(effect.Target))
        {
            return PlainText.Clean($"{name}: {effect.Target} is not configured or paused; it waits.");
        }

        var path = EntitiesCommand.Path(effect.Target, effect.Blueprint, effect.Identifier);
        var entity = await client.GetAsync(path, ApiJson.Default.EntityDetailModel, cancellationToken).ConfigureAwait(false);
        return PlainText.Clean($"{name}: {entity.Entity.State}: {entity.Entity.Reason ?? "not told yet"}");
    }

    private void SayHowToRemove(string sample, IReadOnlyList<EffectModel> effects)
    {
        if (effects.Count == 0)
        {
            return;
        }

        var remover = SampleEvents.RemovedBy(sample);
        if (remover == sample)
        {
            output.Say("The sample's entity is deleted; what it belonged to (the sample project) stays and is yours to delete in the catalog.");
            return;
        }

        output.Say(remover is null
            ? "No event deletes these: delete them in the catalog when you have seen them."
            : $"To delete it again: bridge events send --sample {remover} --real; the sample project is yours to delete in the catalog.");
    }

    private async Task<T> UntilAsync<T>(long start, Func<Task<T>> askAsync, Func<T, bool> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await askAsync().ConfigureAwait(false);
            if (holds(answer) || time.GetElapsedTime(start) >= patience)
            {
                return answer;
            }

            await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
