namespace AzdoWebhookBridge.Catalog;

/// <summary>
/// Who wrote a field, and how new that is. Versions are totally ordered, and the order does not depend on arrival: that
/// is what makes the fold converge.
/// </summary>
/// <param name="Rule">The number of the rule's <c>version</c> expression (work items: <c>rev</c>); null sorts below every number.</param>
/// <param name="EventTime">The event's <c>createdDate</c>, in 100 ns ticks UTC since 0001-01-01.</param>
/// <param name="EventKey">The event's de-duplication key, so that two events of the same moment have an order.</param>
/// <param name="Generation">The mapping generation that produced it; newer rules win over the same event's older result.</param>
/// <param name="Ordinal">Position among the outputs of one event: a later rule or item wins over an earlier one.</param>
internal sealed record FieldVersion(double? Rule, long EventTime, string EventKey, long Generation, int Ordinal)
{
    public bool IsNewerThan(FieldVersion? other) => Compare(this, other) > 0;

    private static int Compare(FieldVersion version, FieldVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        if (ReferenceEquals(version, other))
        {
            return 0;
        }

        var order = Nullable.Compare(version.Rule, other.Rule);
        if (order == 0)
        {
            order = version.EventTime.CompareTo(other.EventTime);
        }

        if (order == 0)
        {
            order = string.CompareOrdinal(version.EventKey, other.EventKey);
        }

        if (order == 0)
        {
            order = version.Generation.CompareTo(other.Generation);
        }

        return order != 0 ? order : version.Ordinal.CompareTo(other.Ordinal);
    }
}
