using System.Collections.Concurrent;
using Rivet.Kernel;

namespace Rivet.Messaging;

/// <summary>
/// How much each person may write just now, in this process. A message of somebody known costs one look-up and one exchange: no lock, no
/// allocation, no query.
/// </summary>
internal sealed class Allowances(TimeProvider time)
{
    /// <summary>People remembered before those whose allowance is whole again are forgotten; they are as new ones.</summary>
    private const int Remembered = 4_096;

    private readonly long began = time.GetTimestamp();
    private readonly ConcurrentDictionary<PersonId, PersonAllowance> people = new();
    private int count;
    private int limit = Remembered;

    /// <summary>How many people are remembered, for tests of the bound.</summary>
    internal int Count => people.Count;

    /// <summary>Takes one message; else says when the next is allowed.</summary>
    public bool TryTake(PersonId person, int perMinute, out TimeSpan wait)
    {
        var now = time.GetElapsedTime(began).Ticks;
        if (!people.TryGetValue(person, out var allowance))
        {
            allowance = people.GetOrAdd(person, new PersonAllowance());
            if (Interlocked.Increment(ref count) > limit)
            {
                ForgetWhole(now);
            }
        }

        return allowance.TryTake(now, perMinute, out wait);
    }

    private void ForgetWhole(long now)
    {
        foreach (var pair in people)
        {
            if (pair.Value.IsWhole(now))
            {
                people.TryRemove(pair);
            }
        }

        count = people.Count;
        limit = Math.Max(Remembered, count * 2);
    }
}

/// <summary>
/// One person's bucket: as many messages at once as a minute gives, then evenly. Kept as the single time at which it is whole again (the
/// generic cell rate algorithm, ITU-T I.371), so a changed limit holds from the next message on.
/// </summary>
internal sealed class PersonAllowance
{
    private long wholeAt;

    public bool IsWhole(long now) => Interlocked.Read(ref wholeAt) <= now;

    /// <param name="now">Ticks of a clock that only goes forward.</param>
    /// <param name="perMinute">The limit.</param>
    /// <param name="wait">When refused: how long until the next one is allowed.</param>
    public bool TryTake(long now, int perMinute, out TimeSpan wait)
    {
        var cost = TimeSpan.TicksPerMinute / perMinute;
        while (true)
        {
            var before = Interlocked.Read(ref wholeAt);
            var after = Math.Max(before, now) + cost;
            if (after - now > TimeSpan.TicksPerMinute)
            {
                wait = TimeSpan.FromTicks(after - now - TimeSpan.TicksPerMinute);
                return false;
            }

            if (Interlocked.CompareExchange(ref wholeAt, after, before) == before)
            {
                wait = TimeSpan.Zero;
                return true;
            }
        }
    }
}
