using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

public sealed class AuditLogTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private AuditHost host = null!;

    public async ValueTask InitializeAsync() => host = await AuditHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Record_Event_IsReadBackAsItWas()
    {
        var fact = host.Event(company);
        await host.RecordAsync(fact);
        var entry = Assert.Single((await host.Log.ReadLastAsync(await host.PermitAsync(company), 10, Ct)).Value);
        Assert.Equal(1, entry.Sequence);
        Assert.Equal(fact with { Details = entry.Event.Details }, entry.Event);
        Assert.Equal(fact.Details, entry.Event.Details);
    }

    [Fact]
    public async Task Record_SameEventTwice_KeepsOne()
    {
        var fact = host.Event(company);
        await host.RecordAsync(fact, host.Event(company), fact);
        await host.RecordAsync(fact);
        var check = await host.Verifier.VerifyAllAsync(null, Ct);
        Assert.Null(check.Break);
        Assert.Equal(2, check.Head.Sequence);
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
        Assert.Equal(0, (await host.Verifier.VerifyAllAsync(null, Ct)).Head.Sequence);
    }

    [Fact]
    public async Task Record_UnreadableRow_IsRecordedAsSuchAndTheLogGoesOn()
    {
        await host.Store.WriteAsync(transaction => { transaction.Publish(SecurityEvents.Topic, company, "{broken"u8.ToArray()); return 0; }, Ct);
        await host.RecordAsync(host.Event(company));
        var entries = (await host.Log.ReadLastAsync(await host.PermitAsync(company), 10, Ct)).Value;
        Assert.Equal(["identity.device.enrolled", "audit.event.unreadable"], entries.Select(entry => entry.Event.Kind));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("{broken"u8)), entries[1].Event.Details["sha256"]);
    }

    [Fact]
    public async Task Read_Last_NewestFirstAndOwnCompanyOnly()
    {
        var other = new CompanyId(Guid.CreateVersion7());
        await host.RecordAsync(host.Event(company, "a"), host.Event(other, "b"), host.Event(company, "c"), host.Event(company, "d"));
        var permit = await host.PermitAsync(company);
        Assert.Equal(["d", "c"], (await host.Log.ReadLastAsync(permit, 2, Ct)).Value.Select(entry => entry.Event.Kind));
        Assert.Equal([4L, 3L, 1L], (await host.Log.ReadLastAsync(permit, 100, Ct)).Value.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Read_WithAPermitForSomethingElse_IsRefused()
    {
        await host.RecordAsync(host.Event(company));
        var permit = await host.PermitAsync(company, "status.read");
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Log.ReadLastAsync(permit, 10, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Log.VerifyAsync(permit, null, Ct)).Refusal);
    }

    [Fact]
    public async Task Read_StoreClosed_IsUnavailable()
    {
        var permit = await host.PermitAsync(company);
        ((IDisposable)host.Store).Dispose();
        Assert.Equal(AuditRefusal.Unavailable, (await host.Log.ReadLastAsync(permit, 10, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unavailable, (await host.Log.VerifyAsync(permit, null, Ct)).Refusal);
        Assert.False(await host.Watch.RunOnceAsync(Ct));
    }

    [Fact]
    public async Task Verify_ByAStrangerWithTheReadmeOnly_GivesTheSameHash()
    {
        await host.RecordAsync(host.Event(company), host.Event(company));
        var previous = new byte[32];
        var rows = await host.Store.ReadAsync(
            session => session.Query(
                "SELECT * FROM audit_event ORDER BY sequence",
                row => Enumerable.Range(0, row.FieldCount).ToDictionary(row.GetName, row.GetValue)),
            Ct);
        foreach (var row in rows)
        {
            using var bytes = new MemoryStream();
            bytes.Write("rivet audit 1"u8);
            bytes.Write(previous);
            Number("sequence");
            Id("event_id");
            Id("company");
            Number("at_ms");
            Text("kind");
            bytes.WriteByte((byte)(long)row["actor_kind"]);
            Id("actor_person");
            Id("actor_via");
            Text("target_kind");
            Id("target_id");
            Id("target_company");
            bytes.WriteByte((byte)(long)row["outcome"]);
            Text("details_json");
            previous = SHA256.HashData(bytes.ToArray());
            Assert.Equal(previous, (byte[])row["hash"]);

            void Id(string column) => bytes.Write((byte[])row[column]);

            void Number(string column)
            {
                var eight = new byte[8];
                BinaryPrimitives.WriteInt64BigEndian(eight, (long)row[column]);
                bytes.Write(eight);
            }

            void Text(string column)
            {
                var text = Encoding.UTF8.GetBytes((string)row[column]);
                var four = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(four, text.Length);
                bytes.Write(four);
                bytes.Write(text);
            }
        }
    }
}
