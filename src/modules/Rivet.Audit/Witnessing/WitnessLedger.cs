using System.Globalization;
using Microsoft.Extensions.Logging;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Audit.Witnessing;

/// <summary>Keeps what came of asking a witness, in one transaction with the checkpoint it cosigned and what has to be recorded.</summary>
internal sealed class WitnessLedger(IStore store, TimeProvider time, ILogger<WitnessLedger> log)
{
    /// <summary>Keeps a verdict; a witness that was removed meanwhile leaves nothing.</summary>
    public async Task KeepAsync(WitnessRow asked, WitnessOffer? offer, WitnessVerdict verdict)
    {
        // What was cosigned is cosigned: this is not withdrawn.
        try
        {
            await store.WriteAsync(transaction => Keep(transaction, asked, offer, verdict, isRecorded: true), CancellationToken.None);
        }
        catch (LogBehindException)
        {
            // That it cannot be recorded now must not hide how the witness stands; the next time records it.
            await store.WriteAsync(transaction => Keep(transaction, asked, offer, verdict, isRecorded: false), CancellationToken.None);
        }

        Tell(asked, offer, verdict);
    }

    private Done Keep(WriteTransaction transaction, WitnessRow asked, WitnessOffer? offer, WitnessVerdict verdict, bool isRecorded)
    {
        if (WitnessTable.Find(transaction, asked.Company, asked.Key.Name) is not { } row || !row.IsSame(asked))
        {
            return Done.Value;
        }

        if (verdict is WitnessVerdict.Cosigned cosigned && offer is not null)
        {
            KeepNote(transaction, offer, cosigned);
        }

        row = After(row, offer, verdict);
        row = isRecorded ? Recorded(transaction, row, offer, verdict) : row;
        WitnessTable.Update(transaction, row);
        return Done.Value;
    }

    /// <summary>Both places have all that is known of the size; a newer checkpoint stays.</summary>
    private static void KeepNote(WriteTransaction transaction, WitnessOffer offer, WitnessVerdict.Cosigned cosigned)
    {
        var newest = LogTable.Find(transaction, offer.Row.Log);
        var isNewest = newest?.Size == offer.Row.Size && newest.Checkpoint.StartsWith(offer.Note.Text + "\n", StringComparison.Ordinal);
        var note = offer.With(cosigned.Line, LogTable.FindKept(transaction, offer.Row.Log, offer.Row.Size) ?? (isNewest ? newest!.Checkpoint : null));
        LogTable.Keep(transaction, offer.Row with { Checkpoint = note }, cosigned: true);
        if (isNewest)
        {
            LogTable.PutCheckpoint(transaction, offer.Row.Log, offer.Row.Size, note);
        }
    }

    private WitnessRow After(WitnessRow row, WitnessOffer? offer, WitnessVerdict verdict) => verdict switch
    {
        WitnessVerdict.Cosigned cosigned => row with
        {
            Size = offer!.Row.Size, CosignedMs = cosigned.At.ToUnixTimeMilliseconds(), FailingSinceMs = null, Failure = null,
        },
        WitnessVerdict.GoesOnFrom from => row with { Size = from.Size },
        WitnessVerdict.Disagrees => Failing(row, AuditWitnessFailure.Disagrees),
        WitnessVerdict.Failed failed => Failing(row, failed.Why),
        _ => row,
    };

    /// <summary>A witness that disagreed does so until it cosigns: whoever cuts it off afterwards hides nothing.</summary>
    private WitnessRow Failing(WitnessRow row, AuditWitnessFailure why) => row with
    {
        FailingSinceMs = row.FailingSinceMs ?? time.GetUtcNow().ToUnixTimeMilliseconds(),
        Failure = row.Failure is AuditWitnessFailure.Disagrees ? row.Failure : why,
    };

    private WitnessRow Recorded(WriteTransaction transaction, WitnessRow row, WitnessOffer? offer, WitnessVerdict verdict)
    {
        if (verdict is WitnessVerdict.Disagrees { Seen: var seen } && seen > row.DisagreedSize)
        {
            Record(transaction, AuditEvents.WitnessDisagrees, row, ("seen", seen), ("size", offer!.Row.Size));
            row = row with { DisagreedSize = seen };
        }

        // Once until the clocks agree again; silence says nothing of them.
        if (verdict.ClockOff != TimeSpan.Zero && row.ClockOffMs == 0)
        {
            Record(transaction, AuditEvents.ClockOff, row, ("seconds", (long)verdict.ClockOff.TotalSeconds));
        }

        return verdict.ClockOff != TimeSpan.Zero || verdict is WitnessVerdict.Cosigned ? row with { ClockOffMs = (long)verdict.ClockOff.TotalMilliseconds } : row;
    }

    private void Record(WriteTransaction transaction, EventKind kind, WitnessRow row, params ReadOnlySpan<(string Name, long Value)> figures)
    {
        var details = new Dictionary<string, string> { ["name"] = row.Key.Name, ["key"] = WitnessBook.IdOf(row.Key) };
        foreach (var (name, value) in figures)
        {
            details[name] = value.ToString(CultureInfo.InvariantCulture);
        }

        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = Subject.OfSystem(row.Company),
            Target = Resource.Of(row.Company),
            Outcome = EventOutcome.Failure,
            Details = details,
        });
    }

    private void Tell(WitnessRow asked, WitnessOffer? offer, WitnessVerdict verdict)
    {
        var name = LogIdentity.NameOf(asked.Company);
        if (verdict is WitnessVerdict.Disagrees disagrees)
        {
            Log.Disagrees(log, asked.Key.Name, name, disagrees.Seen, offer?.Row.Size ?? 0);
        }
        else if (verdict is WitnessVerdict.Failed failed && asked.Failure != failed.Why)
        {
            Log.NotCosigned(log, asked.Key.Name, name, failed.Why);
        }
    }
}
