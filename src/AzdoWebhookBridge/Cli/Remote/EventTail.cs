using System.Globalization;
using AzdoWebhookBridge.Api;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>
/// Picks out of one listing after another what is to be shown: each event once, when it is mapped, so that its line says what
/// became of it; one that waits longer than <paramref name="patience"/> is shown as waiting.
/// </summary>
internal sealed class EventTail(TimeSpan patience, TimeProvider time)
{
    private readonly HashSet<long> _shown = [];
    private readonly Dictionary<long, long> _since = [];

    /// <summary>Everything up to this id has been shown, or is not to be.</summary>
    public long Floor { get; private set; }

    public static long Id(EventModel one) => long.Parse(one.Id, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Passes over everything up to this id.</summary>
    public void Skip(long floor) => Floor = Math.Max(Floor, floor);

    /// <param name="listed">All events above <see cref="Floor"/>, or the newest of them.</param>
    /// <returns>What is to be shown now, oldest first.</returns>
    public IReadOnlyList<EventModel> Take(IEnumerable<EventModel> listed)
    {
        var due = new List<EventModel>();
        long? open = null;
        var last = Floor;
        foreach (var one in listed.Where(one => Id(one) > Floor).OrderBy(Id))
        {
            var id = last = Id(one);
            if (_shown.Contains(id))
            {
                continue;
            }

            if (IsWaiting(one, id))
            {
                open ??= id;
            }
            else
            {
                _shown.Add(id);
                due.Add(one);
            }
        }

        Floor = open - 1 ?? last;
        _shown.RemoveWhere(id => id <= Floor);
        return due;
    }

    private bool IsWaiting(EventModel one, long id)
    {
        if (one.State != "stored")
        {
            _since.Remove(id);
            return false;
        }

        _since.TryAdd(id, time.GetTimestamp());
        var isWaiting = time.GetElapsedTime(_since[id]) < patience;
        if (!isWaiting)
        {
            _since.Remove(id);
        }

        return isWaiting;
    }
}
