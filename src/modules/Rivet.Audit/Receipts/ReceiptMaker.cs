using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Reading;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Receipts;

/// <summary>Makes receipts of destructions: shows one entry with its content, which it commits to, under a checkpoint that whoever gets it can verify.</summary>
internal sealed class ReceiptMaker(IStore store, LogIdentity identity, EntryOpening opening, ILogger<ReceiptMaker> log)
{
    /// <summary>The receipt of the entry at this index, as text.</summary>
    public async ValueTask<Result<string, AuditRefusal>> MakeAsync(CompanyId company, long index, CancellationToken ct)
    {
        try
        {
            var signer = await identity.OfAsync(company, ct);
            var found = await store.ReadAsync(session => Find(session, company, index, signer.Chain.Keys[^1].From), ct);
            if (found is null)
            {
                return AuditRefusal.Unknown;
            }

            if (!LogEntry.TryRead(found.Entry, out var entry) || !DestructionKinds.Contains(entry.Kind) || entry.Outcome != (int)EventOutcome.Success)
            {
                return AuditRefusal.ReceiptOther;
            }

            if (!EntryCommitment.TrySplit(entry.Sealed, out _, out _))
            {
                return AuditRefusal.ReceiptNone;
            }

            if (!(await opening.DiscloseAsync(company, entry, ct)).TryGet(out var disclosed, out var why))
            {
                return why == VaultRefusal.Destroyed ? AuditRefusal.ReceiptGone : AuditRefusal.Unavailable;
            }

            return SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(found.Note), out var note)
                && DestructionReceipt.Of(index, found.Entry, disclosed.Salt, disclosed.Content, found.Path, note, signer.Note, signer.Statements) is { } receipt
                && receipt.Judge() == ReceiptFault.None
                    ? receipt.ToString()
                    : throw new LogUnavailableException("The log is damaged: what it stores gives no receipt. Restore the store from a backup.");
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }

    /// <summary>Under the newest checkpoint that a witness cosigned, where the log's key of now signed it and it covers the entry; else under the newest.</summary>
    private static Found? Find(ReadSession session, CompanyId company, long index, long keyFrom)
    {
        if (LogTable.Find(session, company) is not { } row || index < 0 || index >= row.Size || LogTable.Entries(session, company, index, index + 1) is not [var entry])
        {
            return null;
        }

        var (size, note) = LogTable.LastCosigned(session, company) is { } cosigned && cosigned.Size > index && cosigned.Size > keyFrom
            ? cosigned : (row.Size, row.Checkpoint);
        return new Found(entry, AuditLog.Prover(session, row).Inclusion(index, size), note);
    }

    private sealed record Found(ReadOnlyMemory<byte> Entry, IReadOnlyList<byte[]> Path, string Note);
}
