using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Tests;

public sealed class SealingTests : AuditTests
{
    [Fact]
    public async Task Seal_InManyRounds_TreeIsThatOfTheEntriesAndTheCheckpointIsSigned()
    {
        foreach (var count in new[] { 1, 254, 1, 1, 300, 700, 3 })
        {
            await host.RecordAsync([.. Enumerable.Range(0, count).Select(_ => host.Event(company))]);
            await RequireSealedAsync();
        }

        // One more tells of the log's own key.
        Assert.Equal(1261, (await host.StoredAsync(company)).Row.Size);
    }

    [Fact]
    public async Task Seal_FirstEvents_OriginNamesServerAndCompany()
    {
        await host.RecordAsync(host.Event(company), host.Event(default));
        var origin = (await host.Identity.OfAsync(company, Ct)).Note.Name;
        var platform = (await host.Identity.OfAsync(default, Ct)).Note.Name;
        Assert.Matches($"^rivet/[0-9a-f]{{16}}/{company}$", origin);
        Assert.Matches("^rivet/[0-9a-f]{16}/platform$", platform);
        Assert.Equal(origin[..22], platform[..22]);
    }

    [Fact]
    public async Task Seal_AfterARestart_GoesOnWithTheSameKeyAndTree()
    {
        await host.RecordAsync([.. Enumerable.Range(0, 300).Select(_ => host.Event(company))]);
        var key = (await host.Log.ReadHeadAsync(company, Ct)).Value!.Key;
        await host.DisposeAsync();
        host = await AuditHost.StartAsync(folder);
        await host.RecordAsync(host.Event(company));
        await RequireSealedAsync();
        Assert.Equal(key, (await host.Log.ReadHeadAsync(company, Ct)).Value!.Key);
    }

    [Fact]
    public async Task Seal_TwoWriters_TheSecondStoresNothing()
    {
        await host.RecordAsync(host.Event(company));
        await host.Store.WriteAsync(transaction => { transaction.Record(host.Event(company)); return 0; }, Ct);
        var rows = await host.PendingAsync();
        var (first, second) = (await host.Consumer.PrepareAsync(rows, Ct), await host.Consumer.PrepareAsync(rows, Ct));
        await host.ApplyAsync(first, rows[^1].Position);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.ApplyAsync(second, rows[^1].Position));
        Assert.Equal(3, (await host.StoredAsync(company)).Row.Size);
        await RequireSealedAsync();
    }

    [Fact]
    public async Task Seal_TwoWritersOfANewLog_TheSecondStoresNothing()
    {
        await host.Store.WriteAsync(transaction => { transaction.Record(host.Event(company)); return 0; }, Ct);
        var rows = (await host.PendingAsync()).Where(row => row.Company.AsSpan().SequenceEqual(company.ToBytes())).ToArray();
        var (first, second) = (await host.Consumer.PrepareAsync(rows, Ct), await host.Consumer.PrepareAsync(rows, Ct));
        await host.ApplyAsync(first, rows[^1].Position);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.ApplyAsync(second, rows[^1].Position));
        Assert.Equal(1, (await host.StoredAsync(company)).Row.Size);
    }

    [Fact]
    public async Task Seal_TailDamaged_WaitsAndLosesNothing()
    {
        await host.RecordAsync(host.Event(company));
        AuditHost.Edit(folder, "UPDATE audit_bundle SET entries = zeroblob(3)");
        await Assert.ThrowsAnyAsync<Exception>(() => host.RecordAsync(host.Event(company)));
        Assert.NotEmpty(await host.PendingAsync());
    }

    [Fact]
    public async Task Entry_AsStored_NamesNobodyAndHoldsNoDetailInClear()
    {
        var fact = host.Event(company) with { Concerned = new(Guid.CreateVersion7()) };
        await host.RecordAsync(fact);
        foreach (var secret in new[] { fact.Actor.Person.ToBytes(), fact.Concerned.ToBytes(), fact.Actor.Device.ToBytes(), fact.Target.Id.ToByteArray(true), Encoding.UTF8.GetBytes("prüfen") })
        {
            Assert.All((await host.StoredAsync(company)).Entries, entry => Assert.Equal(-1, entry.Span.IndexOf(secret)));
        }
    }

    [Fact]
    public async Task Erase_Person_NamesAreGoneAndTheTreeIsWhole()
    {
        var (fact, other) = (host.Event(company), host.Event(company));
        await host.RecordAsync(fact, other);
        var before = (await host.StoredAsync(company)).Row.Checkpoint;
        await host.Vault.DestroyAsync(new KeyScope(company, "audit", KeyPeriod.Unbounded, KeyHolder.Of(fact.Actor.Person)), Ct);

        var entries = (await host.Log.ReadAsync(await host.PermitAsync(company), 0, 10, Ct)).Value;
        Assert.Equal((AuditContentState.Readable, AuditContentState.Destroyed), (entries[0].Content, entries[0].People));
        Assert.Equal((default, Guid.Empty), (entries[0].Event.Actor.Person, entries[0].Event.Actor.Via));
        Assert.Equal(fact.Details, entries[0].Event.Details);
        Assert.Equal(other.Actor, entries[1].Event.Actor);
        Assert.Equal(before, (await host.StoredAsync(company)).Row.Checkpoint);
        await RequireSealedAsync();
    }

    [Fact]
    public async Task Destroy_MonthOfAClass_WhatItSaidIsGoneThatItHappenedIsNot()
    {
        var fact = host.Event(company);
        var logon = fact with { Id = EntityId.New<EventId>(host.Time), Kind = new("identity.device.signed-in", OcsfType.Logon, EventSeverity.Low, "zweck", "a") };
        await host.RecordAsync(fact, logon);
        await host.Vault.DestroyAsync(KeyScope.Of(company, "audit.3002", KeyPeriod.Of(fact.At)), Ct);
        var entries = (await host.Log.ReadAsync(await host.PermitAsync(company), 0, 10, Ct)).Value;
        Assert.Equal([AuditContentState.Readable, AuditContentState.Destroyed], entries.Select(entry => entry.Content));
        Assert.Equal((logon.Kind, logon.At, logon.Outcome), (entries[1].Event.Kind, entries[1].Event.At, entries[1].Event.Outcome));
        Assert.Empty(entries[1].Event.Details);
        await RequireSealedAsync();
    }

    [Fact]
    public async Task Checkpoints_OverHours_OneOfEachIsKept()
    {
        for (var hour = 0; hour < 3; hour++)
        {
            await host.RecordAsync(host.Event(company));
            await host.RecordAsync(host.Event(company));
            host.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([1L, 4L, 6L], await host.Store.ReadAsync(session => Sealing.LogTable.KeptSizes(session, company), Ct));
    }

    /// <summary>Judges the log as a stranger would who has the protocol's page.</summary>
    private async Task RequireSealedAsync()
    {
        var (row, entries) = await host.StoredAsync(company);
        Assert.Equal(row.Size, entries.Count);
        Assert.All(entries, entry => Assert.True(LogEntry.TryRead(entry, out _)));
        var tree = new CompactTree();
        var leaf = new byte[TreeHash.Size];
        foreach (var entry in entries)
        {
            TreeHash.Leaf(entry.Span, leaf);
            tree.Append(leaf);
        }

        Assert.True(NoteKey.TryParse((await host.Log.ReadHeadAsync(company, Ct)).Value!.Key, out var key));
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(row.Checkpoint), out var note));
        Assert.True(await note.IsSignedByAsync(key, new Ed25519Verifier(), Ct));
        Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
        Assert.Equal((key.Name, row.Size, Convert.ToHexString(tree.Root())), (checkpoint.Origin, checkpoint.Size, Convert.ToHexString(checkpoint.Root.Span)));
        while (await host.Watch.RunOnceAsync(Ct))
        {
        }

        Assert.Equal((true, 0), (host.Watch.State.IsComplete, host.Watch.State.Faults.Count));
    }
}
