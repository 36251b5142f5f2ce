using System.Buffers.Binary;
using Rivet.Audit.Entries;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Aside;

/// <summary>
/// Seals events that wait for their company's key under the platform's own: they may wait for months, and must be no more readable than the
/// outbox was. A vault that cannot do that is away altogether; then nothing is set aside, and everything waits in the outbox.
/// </summary>
internal sealed class AsideSealing(IVault vault)
{
    private const string Application = "audit.aside";
    private static readonly KeyScope Scope = KeyScope.Of(default, Application, KeyPeriod.Unbounded);

    private static ReadOnlySpan<byte> OfAside => "rivet audit aside 1"u8;

    /// <exception cref="LogUnavailableException">The vault is away.</exception>
    public async ValueTask<IReadOnlyList<AsideRow>> SealAsync(CompanyId company, IReadOnlyList<OutboxRow> rows, CancellationToken ct)
    {
        var items = rows.Select(row => new Plaintext(row.Payload, ContextOf(company, row.Position))).ToArray();
        return (await vault.SealAsync(Scope, items, ct)).TryGet(out var payloads, out var why)
            ? [.. rows.Zip(payloads, (row, payload) => new AsideRow(row.Position, payload))]
            : throw new LogUnavailableException($"The vault does not seal events that wait for a company's key: {why}.");
    }

    /// <summary>The rows as they lay in the outbox. One that was changed stays as it is, and is recorded as unreadable.</summary>
    /// <exception cref="LogUnavailableException">The vault is away.</exception>
    public async ValueTask<IReadOnlyList<OutboxRow>> OpenAsync(CompanyId company, IReadOnlyList<AsideRow> rows, CancellationToken ct)
    {
        var items = rows.Select(row => new Ciphertext(row.Payload, ContextOf(company, row.Position))).ToArray();
        var opened = await vault.OpenAsync(default, Application, items, ct);
        return [.. rows.Zip(opened, (row, one) => new OutboxRow(row.Position, SecurityEvents.Topic, company.ToBytes(), PayloadOf(row, one)))];
    }

    private static byte[] PayloadOf(AsideRow row, Result<byte[], VaultRefusal> opened)
        => opened.TryGet(out var payload, out var why) ? payload
            : why.MayPass() ? throw new LogUnavailableException("The vault does not open events that wait for a company's key.")
            : row.Payload;

    private static byte[] ContextOf(CompanyId company, long position)
    {
        var context = new byte[OfAside.Length + EntityId.Size + sizeof(long)];
        OfAside.CopyTo(context);
        company.WriteTo(context.AsSpan(OfAside.Length));
        BinaryPrimitives.WriteInt64BigEndian(context.AsSpan(OfAside.Length + EntityId.Size), position);
        return context;
    }
}
