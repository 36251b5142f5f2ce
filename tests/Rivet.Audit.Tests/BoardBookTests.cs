using Rivet.Audit.Boards;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Audit.Tests;

public sealed class BoardBookTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private AuditHost host = null!;
    private Permit permit = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await AuditHost.StartAsync(folder);
        permit = await host.PermitAsync(company);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Read_NeverChanged_IsTheBuiltInOne()
    {
        var board = (await host.Boards.ReadAsync(permit, Ct)).Value;
        Assert.True(board.IsBuiltIn);
        Assert.All(board.Tiles, tile => Assert.True(tile.IsSound(), tile.Id));
        Assert.Equal(board.Tiles.Count, board.Tiles.DistinctBy(tile => tile.Id).Count());
    }

    [Fact]
    public async Task Changes_OfOneCompany_AreKeptAndRecorded()
    {
        await host.Boards.AddAsync(permit, Own("own") with { Title = " 被拒绝 <b>" }, Board.Most, Ct);
        await host.Boards.RenameAsync(permit, "events", "All of it", Ct);
        await host.Boards.MoveAsync(permit, "own", -100, Ct);
        await host.Boards.MoveAsync(permit, "own", int.MinValue, Ct);
        await host.Boards.RemoveAsync(permit, "people", Ct);
        var board = (await host.Boards.ReadAsync(permit, Ct)).Value;
        Assert.False(board.IsBuiltIn);
        Assert.Equal(("被拒绝 <b>", "All of it", ""), (board.Tiles[0].Title, board.Tiles[1].Title, board.Tiles[2].Title));
        Assert.DoesNotContain(board.Tiles, tile => tile.Id == "people");

        var other = await host.PermitAsync(new(Guid.CreateVersion7()));
        Assert.True((await host.Boards.ReadAsync(other, Ct)).Value.IsBuiltIn);
        await host.Boards.ResetAsync(other, Ct);
        Assert.False((await host.Boards.ReadAsync(permit, Ct)).Value.IsBuiltIn);
        Assert.True((await host.Boards.ResetAsync(permit, Ct)).Value.IsBuiltIn);
        Assert.True((await host.Boards.ReadAsync(permit, Ct)).Value.IsBuiltIn);

        // What was reset without having been changed is no change.
        await host.PumpAsync();
        var found = (await host.Search.FindAsync(permit, new() { Kinds = ["audit.board.changed"] }, before: null, 100, Ct)).Value;
        Assert.Equal(["reset", "removed", "moved", "moved", "renamed", "added"], found.Entries.Select(entry => entry.Event.Details["change"]));
        Assert.Empty((await host.Search.FindAsync(other, AuditQuery.All, before: null, 100, Ct)).Value.Entries);
    }

    [Fact]
    public async Task Changes_AtOnce_AreAllKept()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => host.Boards.AddAsync(permit, Own($"{number}"), Board.Most, Ct).AsTask()));
        Assert.Equal(["0", "1", "2", "3"], (await host.Boards.ReadAsync(permit, Ct)).Value.Tiles.Select(tile => tile.Id).Where(id => id.Length == 1).Order());
    }

    [Fact]
    public async Task Add_OutOfBounds_IsRefused()
    {
        foreach (var wrong in new[]
        {
            Own("a") with { Title = "  " }, Own("a") with { Title = new string('x', 61) }, Own("a") with { Query = new string('x', 1801) }, Own(""), Own("events"),
            Own(new string('a', 33)), Own("a") with { Shape = (TileShape)7 }, Own("a") with { Per = (AuditSpan)9 },
            Own("a") with { Shape = TileShape.Bars }, Own("a") with { Shape = TileShape.Bars, By = AuditDimension.Actor },
            Own("a") with { Shape = TileShape.Columns, By = AuditDimension.Person }, Own("a") with { Shape = TileShape.Number, By = AuditDimension.Kind },
        })
        {
            Assert.Equal(BoardRefusal.OutOfBounds, (await host.Boards.AddAsync(permit, wrong, 0, Ct)).Refusal);
        }

        Assert.Equal(BoardRefusal.OutOfBounds, (await host.Boards.RenameAsync(permit, "events", " ", Ct)).Refusal);
        Assert.Equal(BoardRefusal.OutOfBounds, (await host.Boards.RenameAsync(permit, "events", new string('x', 61), Ct)).Refusal);
        Assert.Equal(BoardRefusal.Unknown, (await host.Boards.RenameAsync(permit, "nothing", "x", Ct)).Refusal);
        Assert.Equal(BoardRefusal.Unknown, (await host.Boards.MoveAsync(permit, "nothing", 1, Ct)).Refusal);
        Assert.Equal(BoardRefusal.Unknown, (await host.Boards.RemoveAsync(permit, "nothing", Ct)).Refusal);
        for (var number = Board.BuiltIn.Tiles.Count; number < Board.Most; number++)
        {
            Assert.True((await host.Boards.AddAsync(permit, Own($"{number}"), 0, Ct)).IsOk);
        }

        Assert.Equal(BoardRefusal.Full, (await host.Boards.AddAsync(permit, Own("more"), 0, Ct)).Refusal);
    }

    [Fact]
    public async Task Change_LogBehind_IsRefusedAsThatAndChangesNothing()
    {
        await host.FallBehindAsync(company);
        Assert.Equal(BoardRefusal.LogBehind, (await host.Boards.RemoveAsync(permit, "events", Ct)).Refusal);
        Assert.True((await host.Boards.ReadAsync(permit, Ct)).Value.IsBuiltIn);
    }

    [Fact]
    public async Task Each_WithAPermitForSomethingElse_IsRefused()
    {
        var wrong = await host.PermitAsync(company, "status.read");
        Assert.Equal(BoardRefusal.WrongPermit, (await host.Boards.ReadAsync(wrong, Ct)).Refusal);
        Assert.Equal(BoardRefusal.WrongPermit, (await host.Boards.AddAsync(wrong, Own("a"), 0, Ct)).Refusal);
        Assert.Equal(BoardRefusal.WrongPermit, (await host.Boards.RenameAsync(wrong, "events", "x", Ct)).Refusal);
        Assert.Equal(BoardRefusal.WrongPermit, (await host.Boards.MoveAsync(wrong, "events", 1, Ct)).Refusal);
        Assert.Equal(BoardRefusal.WrongPermit, (await host.Boards.RemoveAsync(wrong, "events", Ct)).Refusal);
        Assert.Equal(BoardRefusal.WrongPermit, (await host.Boards.ResetAsync(wrong, Ct)).Refusal);
    }

    [Fact]
    public async Task Stored_Board_IsSealedForItsCompany()
    {
        await host.Boards.AddAsync(permit, Own("a") with { Title = "needle", Query = "person:needle" }, 0, Ct);
        var stored = (await host.Store.ReadAsync(session => BoardTable.Find(session, company), Ct))!.Value;
        Assert.DoesNotContain("needle", System.Text.Encoding.UTF8.GetString(stored.Content), StringComparison.Ordinal);

        // Put into another company's row, it is nobody's board: the built-in one, which can be changed anew.
        var other = await host.PermitAsync(new(Guid.CreateVersion7()));
        await host.Store.WriteAsync(transaction => BoardTable.Put(transaction, other.Company, null, 1, stored.Content), Ct);
        Assert.True((await host.Boards.ReadAsync(other, Ct)).Value.IsBuiltIn);
        Assert.Equal(Board.BuiltIn.Tiles.Count + 1, (await host.Boards.AddAsync(other, Own("b"), 0, Ct)).Value.Tiles.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("""[{"Id":"a","Shape":1}]""")]
    [InlineData("""[{"Id":"a","Shape":9}]""")]
    [InlineData("""[{"Id":"a","Shape":0,"Title":null}]""")]
    [InlineData("""[{"Id":"a","Shape":0},{"Id":"a","Shape":0}]""")]
    [InlineData("""[{"Id":null,"Shape":0}]""")]
    public void Read_WhatCouldNotHaveBeenKept_IsNone(string text)
        => Assert.Null(Board.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Read_WhatWasKept_IsTheSame()
        => Assert.Equal(Board.BuiltIn.Tiles, Board.Read(Board.BuiltIn.ToBytes())!.Tiles);

    private static Tile Own(string id) => new() { Id = id, Title = "Own", Query = "outcome:failure", Shape = TileShape.Number };
}
