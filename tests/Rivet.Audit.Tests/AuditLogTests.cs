using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

public sealed class AuditLogTests : AuditTests
{
    [Fact]
    public async Task Record_Event_IsReadBackAsItWas()
    {
        var fact = host.Event(company) with { Concerned = new(Guid.CreateVersion7()) };
        await host.RecordAsync(fact);
        var entry = Assert.Single((await host.Log.ReadLastAsync(await host.PermitAsync(company), 10, Ct)).Value);
        Assert.Equal(0, entry.Index);
        Assert.Equal(fact with { Details = entry.Event.Details }, entry.Event);
        Assert.Equal(fact.Details, entry.Event.Details);
        Assert.Equal((fact.Kind.Type, fact.Kind.Severity, 1), (entry.Event.Kind.Type, entry.Event.Kind.Severity, entry.Event.Kind.Version));
        Assert.Equal((AuditContentState.Readable, AuditContentState.Readable), (entry.Content, entry.People));
    }

    [Fact]
    public async Task Record_PersonAsTarget_IsConcernedAndReadBack()
    {
        var person = new PersonId(Guid.CreateVersion7());
        var fact = host.Event(company) with { Target = Resource.Of(person, company) };
        await host.RecordAsync(fact);
        var read = Assert.Single((await host.Log.ReadLastAsync(await host.PermitAsync(company), 10, Ct)).Value).Event;
        Assert.Equal((fact.Target, person), (read.Target, read.Concerned));
    }

    [Fact]
    public async Task Record_InAFailedTransaction_IsNotKept()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Store.WriteAsync<int>(
            transaction =>
            {
                transaction.Record(host.Event(company));
                throw new InvalidOperationException("undo");
            },
            Ct));
        await host.PumpAsync();
        Assert.Null((await host.Log.ReadHeadAsync(company, Ct)).Value);
    }

    [Fact]
    public async Task Record_DetailThatTheKindDoesNotDeclare_IsABug()
        => await Assert.ThrowsAsync<ArgumentException>(() => host.RecordAsync(host.Event(company) with { Details = new Dictionary<string, string> { ["password"] = "x" } }));

    [Fact]
    public async Task Record_UnreadableRow_IsRecordedAsSuchAndTheLogGoesOn()
    {
        await host.Store.WriteAsync(transaction => { transaction.Publish(SecurityEvents.Topic, company, "{broken"u8.ToArray()); return 0; }, Ct);
        await host.RecordAsync(host.Event(company));
        var entries = (await host.Log.ReadLastAsync(await host.PermitAsync(company), 10, Ct)).Value;
        Assert.Equal(["identity.device.enrolled", "audit.event.unreadable"], entries.Select(entry => entry.Event.Kind.Name));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("{broken"u8)), entries[1].Event.Details["sha256"]);
    }

    [Fact]
    public async Task Read_Last_NewestFirstAndOwnCompanyOnly()
    {
        var other = new CompanyId(Guid.CreateVersion7());
        await host.RecordAsync(host.Event(company, "a"), host.Event(other, "b"), host.Event(company, "c"), host.Event(company, "d"));
        var permit = await host.PermitAsync(company);
        Assert.Equal(["d", "c"], (await host.Log.ReadLastAsync(permit, 2, Ct)).Value.Select(entry => entry.Event.Kind.Name));
        Assert.Equal([2L, 1L, 0L], (await host.Log.ReadLastAsync(permit, 100, Ct)).Value.Select(entry => entry.Index));
        Assert.Equal([1L, 2L], (await host.Log.ReadAsync(permit, 1, 100, Ct)).Value.Select(entry => entry.Index));
        Assert.Empty((await host.Log.ReadAsync(permit, 3, 100, Ct)).Value);
    }

    [Fact]
    public async Task Prove_EachOfManyEvents_LeadsToTheSignedCheckpoint()
    {
        await host.RecordAsync([.. Enumerable.Range(0, 600).Select(_ => host.Event(company))]);
        var permit = await host.PermitAsync(company);
        foreach (var index in new long[] { 0, 1, 255, 256, 511, 512, 599 })
        {
            var proof = (await host.Log.ProveAsync(permit, index, Ct)).Value;
            Assert.True(SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(proof.Head.Checkpoint), out var note) && Checkpoint.TryParse(note.Text, out var checkpoint)
                && InclusionProof.Verify(index, checkpoint.Size, Convert.FromHexString(proof.Entry.Hash), proof.Path, checkpoint.Root.Span));
            Assert.Equal(index, proof.Entry.Index);
        }

        Assert.Equal(AuditRefusal.Unknown, (await host.Log.ProveAsync(permit, 600, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unknown, (await host.Log.ProveAsync(permit, -1, Ct)).Refusal);
    }

    [Fact]
    public async Task Read_WithAPermitForSomethingElse_IsRefused()
    {
        await host.RecordAsync(host.Event(company));
        var permit = await host.PermitAsync(company, "status.read");
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Log.ReadLastAsync(permit, 10, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Log.ReadAsync(permit, 0, 10, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Log.ProveAsync(permit, 0, Ct)).Refusal);
    }

    [Fact]
    public async Task Read_StoreClosed_IsUnavailable()
    {
        var permit = await host.PermitAsync(company);
        ((IDisposable)host.Store).Dispose();
        Assert.Equal(AuditRefusal.Unavailable, (await host.Log.ReadLastAsync(permit, 10, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unavailable, (await host.Log.ReadHeadAsync(company, Ct)).Refusal);
        Assert.False(await host.Watch.RunOnceAsync(Ct));
    }
}
