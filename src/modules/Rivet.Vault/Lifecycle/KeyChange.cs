using System.Globalization;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// What an approved request does to a company's key, inside the transaction that notes the approval: all or nothing, against the standing that is there then.
/// </summary>
internal sealed class KeyChange(WriteTransaction transaction, KeyRequest request, CompanyStanding standing, Subject approver, TimeProvider time)
{
    private readonly DateTimeOffset now = time.GetUtcNow();

    private CompanyId Company => request.Company;

    /// <summary>Does it; the refusal when the key does not stand so that it can be done.</summary>
    /// <param name="prepared">The new version, for what makes one.</param>
    /// <param name="waits">How long a destruction waits.</param>
    public KeyRefusal? Apply(CompanyKeyRow? prepared, TimeSpan waits) => request.Action switch
    {
        KeyAction.Rotate or KeyAction.UseVault or KeyAction.UseKeyService or KeyAction.UseImported => Rotate(prepared!),
        KeyAction.Disable => Stand(VaultEvents.CompanyKeyDisabled, CompanyState.Active, CompanyState.Disabled),
        KeyAction.Enable => Stand(VaultEvents.CompanyKeyEnabled, CompanyState.Disabled, CompanyState.Active),
        KeyAction.Destroy => Schedule(waits),
        KeyAction.RaiseMinimum => RaiseMinimum(),
        KeyAction.DestroyVersions => DestroyVersions(),
        _ => KeyRefusal.WrongState,
    };

    private KeyRefusal? Rotate(CompanyKeyRow prepared)
    {
        if (standing.State != CompanyState.Active)
        {
            return KeyRefusal.WrongState;
        }

        if (prepared.Name != standing.Current with { Epoch = standing.Version + 1 })
        {
            return KeyRefusal.Stale;
        }

        CompanyKeyTable.Add(transaction, prepared);
        Put(standing with { Version = prepared.Version, WithheldMs = null });
        Record(VaultEvents.CompanyKeyRotated, ("version", Text(prepared.Version)), ("custody", prepared.Custody.ToString().ToLowerInvariant()));
        return null;
    }

    private KeyRefusal? Stand(EventKind kind, CompanyState from, CompanyState to)
    {
        if (standing.State != from)
        {
            return KeyRefusal.WrongState;
        }

        Put(standing with { State = to });
        Record(kind);
        return null;
    }

    private KeyRefusal? Schedule(TimeSpan waits)
    {
        if (standing.State is not (CompanyState.Active or CompanyState.Disabled))
        {
            return KeyRefusal.WrongState;
        }

        var at = now + waits;
        Put(standing with { State = CompanyState.AwaitsDestruction, DestroyMs = at.ToUnixTimeMilliseconds(), ReturnsTo = standing.State });
        Record(VaultEvents.DestructionScheduled, ("at", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        return null;
    }

    private KeyRefusal? RaiseMinimum()
    {
        if (standing.State != CompanyState.Active)
        {
            return KeyRefusal.WrongState;
        }

        if (request.Version > standing.Version || request.Version <= standing.Minimum)
        {
            return KeyRefusal.BadVersion;
        }

        if (UsedBelow(request.Version))
        {
            return KeyRefusal.StillInUse;
        }

        Put(standing with { Minimum = request.Version });
        Record(VaultEvents.MinimumRaised, ("version", Text(request.Version)));
        return null;
    }

    private KeyRefusal? DestroyVersions()
    {
        var living = CompanyKeyTable.Versions(transaction, Company).Where(row => row.IsLiving && row.Version <= request.Version).ToList();
        if (request.Version >= standing.Version || living.Count == 0)
        {
            return KeyRefusal.BadVersion;
        }

        if (UsedBelow(request.Version + 1))
        {
            return KeyRefusal.StillInUse;
        }

        foreach (var row in living)
        {
            CompanyKeyTable.DestroyVersion(transaction, Company, row.Version, now.ToUnixTimeMilliseconds());
            Record(VaultEvents.VersionDestroyed, ("version", Text(row.Version)));
        }

        Put(standing with { Minimum = Math.Max(standing.Minimum, request.Version + 1) });
        transaction.ForgetOverwritten();
        return null;
    }

    private bool UsedBelow(uint version) => KeyStore.CountByVersion(transaction, Company).Any(one => one.Key < version && one.Value > 0);

    private void Put(CompanyStanding after) => CompanyKeyTable.Put(transaction, Company, after with { ChangedMs = now.ToUnixTimeMilliseconds() });

    private void Record(EventKind kind, params (string Name, string Value)[] details)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = now,
            Kind = kind,
            Actor = approver,
            Target = new("company-key", standing.KeyId, Company),
            Concerned = request.AskedBy,
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string>(details.Select(one => KeyValuePair.Create(one.Name, one.Value)))
            {
                ["asked"] = request.AskedBy.Value.ToString(), ["approved"] = approver.Person.Value.ToString(), ["request"] = request.Id.ToString(),
            },
        });

    private static string Text(uint version) => version.ToString(CultureInfo.InvariantCulture);
}
