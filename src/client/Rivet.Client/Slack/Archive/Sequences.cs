namespace Rivet.Client.Slack;

/// <summary>An operator on sequences.</summary>
internal static class Sequences
{
    /// <summary>The items up to and with the first that is the last.</summary>
    public static IEnumerable<T> TakeThrough<T>(this IEnumerable<T> items, Func<T, bool> isLast)
    {
        foreach (var item in items)
        {
            yield return item;
            if (isLast(item))
            {
                yield break;
            }
        }
    }
}
