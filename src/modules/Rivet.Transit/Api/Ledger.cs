using System.Globalization;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Applications;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Api;

/// <summary>
/// Counts and records each call in one transaction, before its answer leaves: what is not recorded is not given out. In it the application must still be
/// good and the key as it was read, so every answer is right by the rules at the moment of its event; and no version encrypts more often than it may.
/// </summary>
internal sealed class Ledger(IStore store, IOptions<TransitOptions> options, TimeProvider time)
{
    /// <summary>Commits an answer; null when it stands.</summary>
    public Task<ApiRefusal?> CommitAsync(TransitPermit permit, Answer answer, CancellationToken ct) => store.WriteAsync(
        transaction =>
        {
            var now = time.GetUtcNow();
            var key = permit.FoundKey;
            if (ApplicationTable.Find(transaction, permit.Application.Id) is not { } application || !application.IsGoodAt(now))
            {
                return ApiRefusal.TokenRefused;
            }

            if ((key is not null && !KeyTable.Stands(transaction, key)) || (key is not null && !HasRoom(transaction, key, answer.Used)))
            {
                return ApiRefusal.Contended;
            }

            if (answer.Change?.Invoke(transaction) is { } refusal)
            {
                return refusal;
            }

            ApplicationTable.Touch(transaction, application.Id, now.ToUnixTimeMilliseconds());
            foreach (var (version, usage) in answer.Used)
            {
                KeyTable.Count(transaction, key!.Id, version, usage, now.ToUnixTimeMilliseconds());
            }

            Record(transaction, permit, answer);
            return null;
        },
        ct);

    /// <summary>Records a call that was refused.</summary>
    public Task RefuseAsync(Application application, Operation operation, string? name, TransitKey? key, ApiRefusal why, CancellationToken ct) => store.WriteAsync(
        transaction =>
        {
            ApplicationTable.Touch(transaction, application.Id, time.GetUtcNow().ToUnixTimeMilliseconds());
            Write(transaction, application, operation, name, key, TransitEvents.Used, EventOutcome.Failure, new() { ["reason"] = why.Reason });
            return Done.Value;
        },
        ct);

    /// <summary>Records what the server did to a key by itself on the way of a call.</summary>
    public void Record(WriteTransaction transaction, TransitPermit permit, EventKind kind, Dictionary<string, string> details)
        => Write(transaction, permit.Application, permit.Operation, permit.Name, permit.FoundKey, kind, EventOutcome.Success, details);

    private void Record(WriteTransaction transaction, TransitPermit permit, Answer answer)
    {
        var details = new Dictionary<string, string>(answer.Details);
        if (answer.Used.Count > 0)
        {
            details["version"] = Bounded(string.Join(',', answer.Used.Keys.Order().Select(Number)));
            details.TryAdd("count", Number(answer.Used.Values.Sum(usage => usage.Uses)));
        }

        var outcome = answer.IsFailure ? EventOutcome.Failure : EventOutcome.Success;
        Write(transaction, permit.Application, permit.Operation, permit.Name, answer.Made ?? permit.FoundKey, answer.Kind, outcome, details);
    }

    private void Write(
        WriteTransaction transaction, Application application, Operation operation, string? name, TransitKey? key, EventKind kind, EventOutcome outcome,
        Dictionary<string, string> details)
    {
        details["operation"] = operation.Name();
        details["application"] = application.Name;
        if (name is not null && KeyName.IsValid(name))
        {
            details["key"] = name;
        }

        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = Subject.OfSystem(application.Company),
            Target = new("transit-key", key?.Id ?? Guid.Empty, application.Company),
            Outcome = outcome,
            Details = details,
        });
    }

    private bool HasRoom(ReadSession session, TransitKey key, IReadOnlyDictionary<int, Usage> used)
        => used.All(pair => KeyTable.FindVersion(session, key.Id, pair.Key) is { } version
            && (pair.Value.Seals == 0 || version.Seals + pair.Value.Seals <= options.Value.SealsPerVersion));

    private static string Bounded(string text) => text.Length <= 256 ? text : text[..255] + "…";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
