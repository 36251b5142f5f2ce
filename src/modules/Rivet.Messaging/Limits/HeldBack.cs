using System.Diagnostics.Metrics;
using System.Globalization;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Which limit somebody met.</summary>
internal enum Limit
{
    Messages,
    Files,
    Conversations,
    Storage,
}

/// <summary>Says to people that a limit holds them back, and counts it: under the meter <c>Rivet.Messaging</c> and, by person and day, for the status page.</summary>
internal sealed class HeldBack : IDisposable
{
    /// <summary>People counted of a day; beyond that the status page says no more than this.</summary>
    private const int MostPeople = 100_000;

    /// <summary>When to ask again about what only an administrator or a retention can change.</summary>
    private static readonly TimeSpan StoragePause = TimeSpan.FromMinutes(1);

    private readonly Meter meter;
    private readonly Counter<long> limited;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly HashSet<PersonId> people = [];
    private long day;

    public HeldBack(IMeterFactory meters, TimeProvider time)
    {
        this.time = time;
        meter = meters.Create("Rivet.Messaging");
        limited = meter.CreateCounter<long>("rivet.message.limited", null, "Requests held back by a company's limits, by limit.");
    }

    /// <summary>People held back today, in this process.</summary>
    public int PeopleToday
    {
        get
        {
            lock (gate)
            {
                return day == UsageTable.DayOf(time.GetUtcNow()) ? people.Count : 0;
            }
        }
    }

    public Refusal TooFast(PersonId person, TimeSpan wait)
        => Refuse(Limit.Messages, person, wait, "messaging.too-fast", $"You are writing very fast; try again in {Seconds(wait)} s.");

    /// <summary>A day's files or conversations are used up.</summary>
    public Refusal TooManyToday(Limit limit, PersonId person)
    {
        var wait = UsageTable.UntilTomorrow(time.GetUtcNow());
        var (reason, what) = limit is Limit.Files ? ("messaging.file-day", "send no more files") : ("messaging.conversation-day", "found no more conversations");
        return Refuse(limit, person, wait, reason, $"You can {what} today (UTC); try again in {Seconds(wait)} s.");
    }

    public Refusal Full(PersonId person)
        => Refuse(Limit.Storage, person, StoragePause, "messaging.storage-full", "The company's storage is used up; an administrator can make room. What you wrote waits.");

    public void Dispose() => meter.Dispose();

    private Refusal Refuse(Limit limit, PersonId person, TimeSpan wait, string reason, string detail)
    {
        limited.Add(1, new KeyValuePair<string, object?>("limit", limit.ToString().ToLowerInvariant()));
        lock (gate)
        {
            if (UsageTable.DayOf(time.GetUtcNow()) is var today && today != day)
            {
                day = today;
                people.Clear();
            }

            if (people.Count < MostPeople)
            {
                people.Add(person);
            }
        }

        var refusal = Refusals.TooMany(reason, detail);
        refusal.RetryAfterMs = (uint)Math.Ceiling(wait.TotalMilliseconds);
        return refusal;
    }

    private static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
