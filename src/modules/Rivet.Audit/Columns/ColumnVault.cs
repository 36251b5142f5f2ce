using System.Buffers.Binary;
using Rivet.Audit.Entries;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Audit.Columns;

/// <summary>
/// Seals columns and opens them. What entries say openly is under a key of its own; the rest under the key of the class and month, as the
/// entries' contents are, so that whoever destroys that key destroys the columns with it.
/// </summary>
internal sealed class ColumnVault(IVault vault)
{
    private const int Numbers = 4;
    private static ReadOnlySpan<byte> OfColumn => "rivet audit column 1"u8;

    /// <summary>The parts of blocks, sealed.</summary>
    /// <exception cref="LogUnavailableException">The vault cannot seal now.</exception>
    public async ValueTask<IReadOnlyList<StoredColumn>> SealAsync(CompanyId company, IReadOnlyList<ColumnBlock> blocks, CancellationToken ct)
    {
        var columns = new List<StoredColumn>();
        foreach (var group in Parts(blocks).GroupBy(column => ScopeOf(company, column)))
        {
            var items = group.Select(column => new Plaintext(column.Content, ContextOf(company, column))).ToArray();
            if (!(await vault.SealAsync(group.Key, items, ct)).TryGet(out var ciphertexts, out var why))
            {
                throw new LogUnavailableException($"The vault does not seal columns of the security log: {why}.");
            }

            columns.AddRange(group.Zip(ciphertexts, (column, content) => column with { Content = content }));
        }

        return columns;
    }

    /// <summary>The plain bytes of each column; null for what was destroyed.</summary>
    /// <exception cref="LogUnavailableException">The vault cannot open now.</exception>
    /// <exception cref="InvalidDataException">A column was changed.</exception>
    public async ValueTask<byte[]?[]> OpenAsync(CompanyId company, IReadOnlyList<StoredColumn> columns, CancellationToken ct)
    {
        var plain = new byte[]?[columns.Count];
        foreach (var group in Enumerable.Range(0, columns.Count).GroupBy(at => ScopeOf(company, columns[at]).Application))
        {
            var places = group.ToArray();
            var items = Array.ConvertAll(places, at => new Ciphertext(columns[at].Content, ContextOf(company, columns[at])));
            var opened = await vault.OpenAsync(company, group.Key, items, ct);
            for (var at = 0; at < places.Length; at++)
            {
                plain[places[at]] = opened[at].TryGet(out var bytes, out var why) ? bytes : why switch
                {
                    VaultRefusal.Destroyed => null,
                    VaultRefusal.Unavailable or VaultRefusal.Withheld => throw new LogUnavailableException("The vault does not open the columns of the security log."),
                    _ => throw new InvalidDataException("A column of the security log was changed."),
                };
            }
        }

        return plain;
    }

    private static IEnumerable<StoredColumn> Parts(IReadOnlyList<ColumnBlock> blocks)
        => from block in blocks
           from part in ColumnParts.All
           where block[part] is not null
           select new StoredColumn(block.Segment, part, block.Class, block.Month, block[part]!.Value.ToArray());

    private static KeyScope ScopeOf(CompanyId company, StoredColumn column) => column.Part.IsOpen()
        ? KeyScope.Of(company, AuditEvents.KeysOfColumns, KeyPeriod.Unbounded)
        : KeyScope.Of(company, AuditEvents.KeysOf(column.Class), new KeyPeriod(column.Month));

    private static byte[] ContextOf(CompanyId company, StoredColumn column)
    {
        var context = new byte[OfColumn.Length + EntityId.Size + (Numbers * sizeof(long))];
        OfColumn.CopyTo(context);
        company.WriteTo(context.AsSpan(OfColumn.Length));
        var numbers = context.AsSpan(OfColumn.Length + EntityId.Size);
        BinaryPrimitives.WriteInt64BigEndian(numbers, column.Segment);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], (long)column.Part);
        BinaryPrimitives.WriteInt64BigEndian(numbers[16..], column.Class);
        BinaryPrimitives.WriteInt64BigEndian(numbers[24..], column.Month);
        return context;
    }
}
