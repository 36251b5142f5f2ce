using System.Globalization;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Boards;

/// <summary>
/// The boards of the companies, one each, sealed: its queries may name people. Whoever may read the log may change it, and each change is recorded.
/// Two who change it at once both keep what they did.
/// </summary>
internal sealed class BoardBook(IStore store, IVault vault, TimeProvider time, ILogger<BoardBook> log)
{
    internal const string Application = "audit.board";
    private const string Permission = "audit.read";
    private const int Attempts = 5;

    /// <summary>The company's; the built-in one where there is none, and where its key was destroyed.</summary>
    public ValueTask<Result<Board, BoardRefusal>> ReadAsync(Permit permit, CancellationToken ct)
        => PermittedAsync(permit, async () => (await FindAsync(permit.Company, ct)).TryGet(out var found, out var refusal) ? found.Board : refusal);

    /// <summary>Adds a tile at a place, or behind the others.</summary>
    public ValueTask<Result<Board, BoardRefusal>> AddAsync(Permit permit, Tile tile, int place, CancellationToken ct)
        => ChangeAsync(permit, "added", tiles =>
        {
            if (tiles.Count >= Board.Most)
            {
                return BoardRefusal.Full;
            }

            var own = tile with { Title = tile.Title.Trim() };
            if (!own.IsSound() || (own.Title.Length == 0 && !IsBuiltIn(own.Id)) || tiles.Exists(other => other.Id == own.Id))
            {
                return BoardRefusal.OutOfBounds;
            }

            tiles.Insert(Math.Clamp(place, 0, tiles.Count), own);
            return tiles;
        }, ct);

    /// <summary>Gives a tile another title.</summary>
    public ValueTask<Result<Board, BoardRefusal>> RenameAsync(Permit permit, string id, string title, CancellationToken ct)
        => ChangeAsync(permit, id, "renamed", (tiles, at) =>
        {
            if (title.Trim() is not { Length: > 0 and <= Tile.LongestTitle } trimmed)
            {
                return BoardRefusal.OutOfBounds;
            }

            tiles[at] = tiles[at] with { Title = trimmed };
            return tiles;
        }, ct);

    /// <summary>Moves a tile by so many places; at either end it stays.</summary>
    public ValueTask<Result<Board, BoardRefusal>> MoveAsync(Permit permit, string id, int by, CancellationToken ct)
        => ChangeAsync(permit, id, "moved", (tiles, at) =>
        {
            var tile = tiles[at];
            tiles.RemoveAt(at);
            tiles.Insert((int)Math.Clamp((long)at + by, 0, tiles.Count), tile);
            return tiles;
        }, ct);

    /// <summary>Takes a tile off.</summary>
    public ValueTask<Result<Board, BoardRefusal>> RemoveAsync(Permit permit, string id, CancellationToken ct)
        => ChangeAsync(permit, id, "removed", (tiles, at) =>
        {
            tiles.RemoveAt(at);
            return tiles;
        }, ct);

    /// <summary>Back to the built-in board.</summary>
    public ValueTask<Result<Board, BoardRefusal>> ResetAsync(Permit permit, CancellationToken ct)
        => PermittedAsync(permit, async () =>
        {
            await store.WriteAsync(
                transaction =>
                {
                    if (BoardTable.Remove(transaction, permit.Company))
                    {
                        transaction.Record(Changed(permit, "reset", Board.BuiltIn.Tiles.Count));
                    }

                    return 0;
                },
                ct);
            return Board.BuiltIn;
        });

    private ValueTask<Result<Board, BoardRefusal>> ChangeAsync(
        Permit permit, string id, string how, Func<List<Tile>, int, Result<List<Tile>, BoardRefusal>> change, CancellationToken ct)
        => ChangeAsync(permit, how, tiles => tiles.FindIndex(tile => tile.Id == id) is >= 0 and var at ? change(tiles, at) : BoardRefusal.Unknown, ct);

    /// <summary>Reads, changes and puts back; from the start again when somebody else was faster.</summary>
    private ValueTask<Result<Board, BoardRefusal>> ChangeAsync(Permit permit, string how, Func<List<Tile>, Result<List<Tile>, BoardRefusal>> change, CancellationToken ct)
        => PermittedAsync(permit, async () =>
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (!(await FindAsync(permit.Company, ct)).TryGet(out var read, out var unread))
                {
                    return unread;
                }

                if (!change([.. read.Board.Tiles]).TryGet(out var tiles, out var refusal))
                {
                    return refusal;
                }

                var board = new Board(tiles);
                if (!(await vault.SealAsync(KeyScope.Of(permit.Company, Application, KeyPeriod.Unbounded), new Plaintext[] { new(board.ToBytes(), Board.Context(permit.Company)) }, ct)).TryGet(out var content, out _))
                {
                    return BoardRefusal.Unavailable;
                }

                if (await store.WriteAsync(transaction => Put(transaction, permit, read.Version, content[0], Changed(permit, how, tiles.Count)), ct))
                {
                    return board;
                }
            }

            return BoardRefusal.Unavailable;
        });

    /// <summary>Versions only rise, also over a reset between.</summary>
    private static bool Put(WriteTransaction transaction, Permit permit, long? read, byte[] content, SecurityEvent changed)
    {
        var isPut = BoardTable.Put(transaction, permit.Company, read, Math.Max((read ?? 0) + 1, changed.At.ToUnixTimeMilliseconds()), content);
        if (isPut)
        {
            transaction.Record(changed);
        }

        return isPut;
    }

    private async ValueTask<Result<(Board Board, long? Version), BoardRefusal>> FindAsync(CompanyId company, CancellationToken ct)
    {
        if (await store.ReadAsync(session => BoardTable.Find(session, company), ct) is not { } row)
        {
            return (Board.BuiltIn, null);
        }

        var opened = (await vault.OpenAsync(company, Application, new Ciphertext[] { new(row.Content, Board.Context(company)) }, ct))[0];
        return opened.TryGet(out var bytes, out var refusal) ? (Board.Read(bytes) ?? Board.BuiltIn, row.Version)
            : refusal.MayPass() ? BoardRefusal.Unavailable
            : (Board.BuiltIn, row.Version);
    }

    private SecurityEvent Changed(Permit permit, string how, int tiles) => new()
    {
        Id = EntityId.New<Kernel.EventId>(time),
        At = time.GetUtcNow(),
        Kind = AuditEvents.BoardChanged,
        Actor = permit.Subject,
        Target = permit.Question.Resource,
        Outcome = EventOutcome.Success,
        Details = new Dictionary<string, string> { ["change"] = how, ["tiles"] = tiles.ToString(CultureInfo.InvariantCulture) },
    };

    private static bool IsBuiltIn(string id) => Board.BuiltIn.Tiles.Any(tile => tile.Id == id);

    private async ValueTask<Result<Board, BoardRefusal>> PermittedAsync(Permit permit, Func<ValueTask<Result<Board, BoardRefusal>>> work)
    {
        if (permit.Question.Permission.Name != Permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return BoardRefusal.WrongPermit;
        }

        try
        {
            return await work();
        }
        catch (StoreUnavailableException exception)
        {
            Log.ReadFailed(log, exception);
            return exception is LogBehindException ? BoardRefusal.LogBehind : BoardRefusal.Unavailable;
        }
    }
}
