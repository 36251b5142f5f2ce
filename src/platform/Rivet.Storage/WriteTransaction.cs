using Microsoft.Data.Sqlite;
using Rivet.Kernel;

namespace Rivet.Storage;

/// <summary>What a work may do inside its transaction. Valid only while the work runs.</summary>
public sealed class WriteTransaction : ReadSession
{
    private readonly List<Action> afterCommit = [];
    private bool forgets;

    private readonly OutboxLag? lag;

    internal WriteTransaction(SqliteConnection connection, OutboxLag? lag = null)
        : base(connection) => this.lag = lag;

    /// <summary>Runs a statement; gives how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> parameters) => Run(sql, parameters);

    /// <summary>
    /// Announces a fact: the row is stored with the fact or not at all, and every consumer of the topic sees it once,
    /// in order. The payload must hold no content in clear.
    /// </summary>
    public void Publish(string topic, CompanyId company, byte[] payload)
        => Execute(
            "INSERT INTO outbox (topic, company, payload) VALUES ($1, $2, $3)",
            topic, company.ToBytes(), payload);

    /// <summary>Announces a fact that must not happen unless its consumers keep up.</summary>
    /// <exception cref="LogBehindException">They do not.</exception>
    internal void PublishBounded(string topic, CompanyId company, byte[] payload)
    {
        lag?.RefuseIfBehind();
        Publish(topic, company, payload);
        lag?.Add();
    }

    /// <summary>
    /// Runs an action after the commit, on the store's thread, in the order of the works and before
    /// <see cref="IStore.WriteAsync"/> returns: for caches and pushes that must not run ahead of what is durable.
    /// It must be short and must not throw.
    /// </summary>
    public void AfterCommit(Action action) => afterCommit.Add(action);

    /// <summary>
    /// Says that this work overwrote a secret: its old bytes also leave the write-ahead log, which is written back and cut to
    /// nothing at once, or within a second of the end of the last reader (a backup, say) that still needs it.
    /// </summary>
    public void ForgetOverwritten() => forgets = true;

    /// <summary>Whether a work of the group asked so; asked once.</summary>
    internal bool TakeForgets()
    {
        var asked = forgets;
        forgets = false;
        return asked;
    }

    /// <summary>How many actions wait; what a failing work added beyond its start is dropped.</summary>
    internal int Mark => afterCommit.Count;

    internal void Forget(int mark) => afterCommit.RemoveRange(mark, afterCommit.Count - mark);

    internal void RunAfterCommit(Action<Exception> failed)
    {
        foreach (var action in afterCommit)
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }

        afterCommit.Clear();
    }
}
