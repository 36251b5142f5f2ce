using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>
/// An upgrade on a copy, beside the server that may be running. The copy is private and removed at the end, also after a failure; what a
/// killed rehearsal left, the next one or the server removes.
/// </summary>
public sealed class UpgradeRehearsal(IEnumerable<MigrationSource> sources, TimeProvider time)
{
    private readonly MigrationPlan plan = MigrationPlan.Of(sources);

    /// <summary>Copies, migrates, counts and checks.</summary>
    /// <param name="dataFolder">The folder of the store, which is not changed.</param>
    /// <param name="work">Where the copy goes; null for the data folder's disk.</param>
    /// <param name="open">Opens what it can of the upgraded copy, whose folder it is given, and throws what it cannot.</param>
    /// <param name="progress">Called many times a second.</param>
    /// <param name="ct">Gives up; nothing is left.</param>
    /// <exception cref="UpgradeException">The store would be refused or its upgrade would fail.</exception>
    /// <exception cref="StoreUnavailableException">There is no store, or it is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public UpgradeReport Run(string dataFolder, string? work, Action<string> open, Action<UpgradeProgress> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(progress);
        var path = StoreFile.PathIn(dataFolder);
        if (!File.Exists(path))
        {
            throw new StoreUnavailableException($"There is no store in {dataFolder}.");
        }

        try
        {
            var parent = work ?? dataFolder;
            RehearsalFolder.RemoveAbandoned(parent);
            var free = DiskRoom.Free(dataFolder);
            using var state = StoreCopy.Open(path);
            var applied = state.ReadJournal(dataFolder);

            // The gate comes first: a store that is refused is not copied.
            var pending = plan.Pending(applied, dataFolder);
            DiskRoom.Demand(DiskRoom.For(state.Bytes), parent);
            using var folder = RehearsalFolder.Create(parent);
            state.WriteTo(StoreFile.PathIn(folder.Path), progress, ct);

            // The server's log may begin anew.
            state.Dispose();
            var (took, taken, tables) = Rehearse(folder.Path, pending, progress, ct);
            open(folder.Path);
            return new()
            {
                From = applied.MaxBy(one => one.Program.Number)?.Program.Text ?? "-",
                To = ProgramVersion.Current.Text,
                Pending = [.. pending.Select(migration => migration.Name)],
                Took = took,
                Tables = tables,
                StoreBytes = state.Bytes,
                TakenBytes = pending is [] ? 0 : taken,
                NeededBytes = pending is [] ? 0 : DiskRoom.For(state.Bytes),
                FreeBytes = free,
            };
        }
        catch (Exception exception) when (exception is SqliteException or UpgradeException && ct.IsCancellationRequested)
        {
            throw new OperationCanceledException("The rehearsal was given up.", exception, ct);
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The store {path} cannot be read: {exception.Message}", exception);
        }
    }

    private (TimeSpan Took, long Taken, IReadOnlyList<TableChange> Tables) Rehearse(
        string folder, IReadOnlyList<Migration> pending, Action<UpgradeProgress> progress, CancellationToken ct)
    {
        using var copy = new RehearsedStore(StoreFile.PathIn(folder), progress, ct);
        return copy.Rehearse(plan, pending, time);
    }
}
