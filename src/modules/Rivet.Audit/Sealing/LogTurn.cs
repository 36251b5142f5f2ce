using Rivet.Audit.Aside;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Sealing;

/// <summary>What one company's events come to in one transaction: its log grows, they are set aside, or they go to the platform's log.</summary>
/// <param name="company">Whose.</param>
/// <param name="before">How its log stood when this was prepared.</param>
internal sealed class LogTurn(CompanyId company, StandingRow? before)
{
    public CompanyId Company => company;

    /// <summary>How the log stands afterwards.</summary>
    public StandingRow? After { get; set; }

    /// <summary>Stores what grew.</summary>
    public Action<WriteTransaction>? Grown { get; set; }

    /// <summary>Events that waited and are in a log now.</summary>
    public IReadOnlyList<ArrivedEvent> Taken { get; set; } = [];

    /// <summary>Events that wait from now on, sealed.</summary>
    public IReadOnlyList<AsideRow> SetAside { get; set; } = [];

    /// <summary>Events for the platform's log, each with its place in the outbox.</summary>
    public List<(long Position, SecurityEvent Fact)> Moved { get; } = [];

    public bool IsIdle => Grown is null && Taken.Count == 0 && SetAside.Count == 0 && Moved.Count == 0;

    /// <summary>The platform's log takes the events from this index on; the standing remembers where the first and the last are.</summary>
    public void MovedTo(IEnumerable<long> indices)
    {
        var all = indices.ToArray();
        if (all.Length > 0 && After is { } standing)
        {
            After = standing with { First = standing.Elsewhere == 0 ? all[0] : standing.First, Last = all[^1], Elsewhere = standing.Elsewhere + all.Length };
        }
    }

    /// <summary>Stores it, from exactly the state that was read.</summary>
    public void Store(WriteTransaction transaction)
    {
        if (AsideTable.Find(transaction, company) != before || (Taken.Count > 0 && AsideTable.Remove(transaction, company, Taken[^1].Row.Position) != Taken.Count))
        {
            throw new InvalidOperationException("Somebody else looked after the company's waiting events meanwhile.");
        }

        foreach (var row in SetAside)
        {
            AsideTable.Add(transaction, company, row);
        }

        if (After != before)
        {
            AsideTable.Put(transaction, company, After);
        }

        Grown?.Invoke(transaction);
    }
}
