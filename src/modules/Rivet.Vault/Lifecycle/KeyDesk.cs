using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// Where a company's administrators look at its key and change it. Every change is asked for by one person and approved by another; only a destruction that
/// waits is cancelled by one alone, since that loses nothing.
/// </summary>
internal sealed class KeyDesk(
    RootKey root, CompanyKeys companies, KeyServices services, Imports imports, Withholding withholding, IStore store, IOptions<VaultOptions> options, TimeProvider time, Chance chance,
    ILogger<KeyDesk> log)
{
    /// <summary>What looking takes.</summary>
    public static readonly Permission Look = new("vault.read");

    /// <summary>What asking, approving and declining take.</summary>
    public static readonly Permission Manage = new("vault.manage");

    public const int LongestReason = 200;

    /// <summary>How the company's key stands.</summary>
    /// <param name="permit">For <c>vault.read</c> on the company.</param>
    /// <param name="ct">Withdraws the request.</param>
    public ValueTask<Result<CompanyKeyView, KeyRefusal>> ReadAsync(Permit permit, CancellationToken ct)
        => PermittedAsync<CompanyKeyView>(permit, Look, async () => await ShowAsync(permit.Company, ct));

    /// <summary>Asks for a change; another administrator approves it.</summary>
    /// <param name="permit">For <c>vault.manage</c> on the company, of a person.</param>
    /// <param name="wanted">What.</param>
    /// <param name="reason">Why, for whoever approves; 1 to 200 characters.</param>
    /// <param name="ct">Withdraws the request.</param>
    public ValueTask<Result<KeyRequest, KeyRefusal>> AskAsync(Permit permit, WantedChange wanted, string reason, CancellationToken ct)
        => PermittedAsync<KeyRequest>(permit, Manage, async () =>
        {
            if (permit.Subject.Person.Value == Guid.Empty)
            {
                return KeyRefusal.NoPerson;
            }

            if (reason.Trim() is not { Length: > 0 and <= LongestReason } why)
            {
                return KeyRefusal.BadReason;
            }

            if (await store.ReadAsync(session => CompanyKeyTable.Find(session, permit.Company), ct) is not { } standing)
            {
                return KeyRefusal.NoKey;
            }

            if (!Fits(wanted.Action, standing.State))
            {
                return KeyRefusal.WrongState;
            }

            if (!(await PrepareAsync(permit.Company, standing, wanted, ct)).TryGet(out var prepared, out var refusal))
            {
                return refusal;
            }

            return await FileAsync(permit, wanted, new(why, prepared.Row is { } row ? new(row.KeyId, row.Version, row.Custody, row.Wrapped, row.Place) : null), ct);
        });

    /// <summary>Does what another administrator asked for.</summary>
    /// <param name="permit">For <c>vault.manage</c> on the company, of another person than asked.</param>
    /// <param name="id">The request.</param>
    /// <param name="ct">Withdraws the approval.</param>
    public ValueTask<Result<CompanyKeyView, KeyRefusal>> ApproveAsync(Permit permit, Guid id, CancellationToken ct)
        => PermittedAsync<CompanyKeyView>(permit, Manage, async () =>
        {
            if (permit.Subject.Person.Value == Guid.Empty)
            {
                return KeyRefusal.NoPerson;
            }

            var (request, standing) = await store.ReadAsync(
                session => (KeyRequestTable.Find(session, permit.Company, id), CompanyKeyTable.Find(session, permit.Company)), ct);
            if (RefusalOf(request, permit, time.GetUtcNow()) is { } refusal)
            {
                return refusal;
            }

            if (!(await TakeUpAsync(request!, standing!, ct)).TryGet(out var prepared, out refusal))
            {
                return refusal;
            }

            if (await store.WriteAsync(transaction => Apply(transaction, permit, id, prepared.Row), ct) is { } refused)
            {
                return refused;
            }

            return await ShowAsync(permit.Company, ct);
        });

    /// <summary>Declines a request; whoever asked may withdraw it so.</summary>
    /// <param name="permit">For <c>vault.manage</c> on the company.</param>
    /// <param name="id">The request.</param>
    /// <param name="ct">Withdraws this.</param>
    public ValueTask<Result<CompanyKeyView, KeyRefusal>> DeclineAsync(Permit permit, Guid id, CancellationToken ct)
        => PermittedAsync<CompanyKeyView>(permit, Manage, async () =>
            await store.WriteAsync(transaction => Decline(transaction, permit, id), ct) is { } refusal ? refusal : await ShowAsync(permit.Company, ct));

    /// <summary>Cancels a destruction that waits: the key is as it was before.</summary>
    /// <param name="permit">For <c>vault.manage</c> on the company.</param>
    /// <param name="ct">Withdraws this.</param>
    public ValueTask<Result<CompanyKeyView, KeyRefusal>> CancelDestructionAsync(Permit permit, CancellationToken ct)
        => PermittedAsync<CompanyKeyView>(permit, Manage, async () =>
            await store.WriteAsync(transaction => Cancel(transaction, permit), ct) is { } refusal ? refusal : await ShowAsync(permit.Company, ct));

    /// <summary>Begins an import: a public key that serves once, for half an hour.</summary>
    /// <param name="permit">For <c>vault.manage</c> on the company, of a person.</param>
    /// <param name="ct">Withdraws this.</param>
    public ValueTask<Result<OpenImport, KeyRefusal>> BeginImportAsync(Permit permit, CancellationToken ct)
        => PermittedAsync<OpenImport>(permit, Manage, async () => permit.Subject.Person.Value == Guid.Empty ? KeyRefusal.NoPerson : await imports.BeginAsync(permit.Company, ct));

    private static bool Fits(KeyAction action, CompanyState state) => action switch
    {
        KeyAction.Enable => state == CompanyState.Disabled,
        KeyAction.Destroy => state is CompanyState.Active or CompanyState.Disabled,
        _ => state == CompanyState.Active,
    };

    private KeyRefusal? RefusalOf(KeyRequest? request, Permit permit, DateTimeOffset now)
        => request is null ? KeyRefusal.NoRequest
            : !request.IsOpenAt(now) ? KeyRefusal.NotOpen
            : request.AskedBy == permit.Subject.Person ? KeyRefusal.SamePerson
            : null;

    /// <summary>What must be there before anybody approves: the customer's service must serve, an imported key must open.</summary>
    private async ValueTask<Result<Prepared, KeyRefusal>> PrepareAsync(CompanyId company, CompanyStanding standing, WantedChange wanted, CancellationToken ct)
    {
        var next = standing.Current with { Epoch = standing.Version + 1 };
        switch (wanted.Action)
        {
            case KeyAction.UseKeyService when wanted.Place is { } place:
                return place.TryConnect(company, options.Value, time, chance, out var client) && Close(client)
                    ? (await services.MakeAsync(company, next, place, ct)).TryGet(out var row, out var why) ? new Prepared(row)
                        : why == VaultRefusal.Withheld ? KeyRefusal.KeyServiceRefuses : KeyRefusal.KeyServiceUnavailable
                    : KeyRefusal.BadKeyService;
            case KeyAction.UseImported when wanted.Import is { } import:
                return imports.Finish(company, import, wanted.WrappedKey, next).TryGet(out var imported, out var refusal) ? new Prepared(imported) : refusal;
            case KeyAction.UseKeyService:
                return KeyRefusal.BadKeyService;
            case KeyAction.UseImported:
                return KeyRefusal.NoImport;
            case KeyAction.Rotate when await CustodyAsync(company, standing.Version, ct) == Custody.Imported:
                return KeyRefusal.ImportAnother;
            case KeyAction.RaiseMinimum when wanted.Version > standing.Version || wanted.Version <= standing.Minimum:
            case KeyAction.DestroyVersions when wanted.Version >= standing.Version || wanted.Version == 0:
                return KeyRefusal.BadVersion;
            default:
                return Enum.IsDefined(wanted.Action) ? new Prepared(null) : KeyRefusal.WrongState;
        }

        static bool Close(IDisposable opened)
        {
            opened.Dispose();
            return true;
        }
    }

    private async Task<Custody?> CustodyAsync(CompanyId company, uint version, CancellationToken ct)
        => (await store.ReadAsync(session => CompanyKeyTable.FindVersion(session, company, version), ct))?.Custody;

    private async Task<Result<KeyRequest, KeyRefusal>> FileAsync(Permit permit, WantedChange wanted, RequestPayload payload, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        if (!root.Wrap(payload.ToBytes(), Binding.OfRequest(permit.Company, id)).TryGet(out var wrapped, out var refusal))
        {
            return KeyRefusals.Of(refusal);
        }

        var request = new KeyRequest
        {
            Id = id, Company = permit.Company, Action = wanted.Action, Version = payload.Prepared?.Version ?? wanted.Version, Payload = wrapped,
            State = KeyRequestState.Open, AskedBy = permit.Subject.Person, AskedAt = now,
        };
        return await store.WriteAsync<Result<KeyRequest, KeyRefusal>>(
            transaction =>
            {
                if (KeyRequestTable.Newest(transaction, permit.Company, CompanyKeyView.MostRequests).Any(other => other.Action == wanted.Action && other.IsOpenAt(now)))
                {
                    return KeyRefusal.AlreadyAsked;
                }

                KeyRequestTable.Add(transaction, request);
                Record(transaction, permit, VaultEvents.Asked, now, new()
                {
                    ["action"] = wanted.Action.ToString(), ["version"] = $"{request.Version}", ["request"] = id.ToString(),
                });
                return request;
            },
            ct);
    }

    /// <summary>The version that an approval stores: made now, or what was prepared, looked at again.</summary>
    private async ValueTask<Result<Prepared, KeyRefusal>> TakeUpAsync(KeyRequest request, CompanyStanding standing, CancellationToken ct)
    {
        var next = standing.Current with { Epoch = standing.Version + 1 };
        switch (request.Action)
        {
            case KeyAction.UseVault:
                return Of(companies.Make(request.Company, next));
            case KeyAction.Rotate:
                var current = await store.ReadAsync(session => CompanyKeyTable.FindVersion(session, request.Company, standing.Version), ct);
                return current?.Custody switch
                {
                    Custody.Vault => Of(companies.Make(request.Company, next)),
                    Custody.External when services.PlaceOf(current) is { } place => Of(await services.MakeAsync(request.Company, next, place, ct)),
                    Custody.Imported => KeyRefusal.ImportAnother,
                    _ => KeyRefusal.Unavailable,
                };
            case KeyAction.UseKeyService or KeyAction.UseImported:
                if (!root.Unwrap(request.Payload, Binding.OfRequest(request.Company, request.Id)).TryGet(out var bytes, out var why)
                    || RequestPayload.TryRead(bytes)?.Prepared is not { } prepared)
                {
                    return why == VaultRefusal.Unavailable ? KeyRefusal.Unavailable : KeyRefusal.Stale;
                }

                var row = prepared.RowOf(request, time.GetUtcNow());
                if (row.Name != next)
                {
                    return KeyRefusal.Stale;
                }

                if (row.Custody == Custody.External)
                {
                    if (!(await services.OpenAsync(row, ct)).TryGet(out var secret, out why))
                    {
                        return why == VaultRefusal.Withheld ? KeyRefusal.KeyServiceRefuses : KeyRefusal.KeyServiceUnavailable;
                    }

                    CryptographicOperations.ZeroMemory(secret);
                }

                return new Prepared(row);
            default:
                return new Prepared(null);
        }

        static Result<Prepared, KeyRefusal> Of(Result<CompanyKeyRow, VaultRefusal> made)
            => made.TryGet(out var row, out var why) ? new Prepared(row)
                : why == VaultRefusal.Withheld ? KeyRefusal.KeyServiceRefuses : KeyRefusal.Unavailable;
    }

    private KeyRefusal? Apply(WriteTransaction transaction, Permit permit, Guid id, CompanyKeyRow? prepared)
    {
        var now = time.GetUtcNow();
        var request = KeyRequestTable.Find(transaction, permit.Company, id);
        if (RefusalOf(request, permit, now) is { } refusal)
        {
            return refusal;
        }

        if (CompanyKeyTable.Find(transaction, permit.Company) is not { } standing)
        {
            return KeyRefusal.NoKey;
        }

        if (new KeyChange(transaction, request!, standing, permit.Subject, time).Apply(prepared, options.Value.DestructionWaits) is { } refused)
        {
            return refused;
        }

        KeyRequestTable.Decide(transaction, request!, KeyRequestState.Approved, permit.Subject.Person, now);
        if (request!.Action is KeyAction.Disable or KeyAction.Destroy or KeyAction.DestroyVersions or KeyAction.RaiseMinimum)
        {
            transaction.AfterCommit(() => withholding.Forget(permit.Company));
        }

        transaction.AfterCommit(() => Log.KeyChanged(log, request.Action, permit.Company.Value));
        return null;
    }

    private KeyRefusal? Decline(WriteTransaction transaction, Permit permit, Guid id)
    {
        var now = time.GetUtcNow();
        if (KeyRequestTable.Find(transaction, permit.Company, id) is not { } request)
        {
            return KeyRefusal.NoRequest;
        }

        if (!request.IsOpenAt(now))
        {
            return KeyRefusal.NotOpen;
        }

        KeyRequestTable.Decide(transaction, request, KeyRequestState.Declined, permit.Subject.Person, now);
        Record(transaction, permit, VaultEvents.Declined, now, new()
        {
            ["action"] = request.Action.ToString(), ["request"] = id.ToString(), ["asked"] = request.AskedBy.Value.ToString(),
        });
        return null;
    }

    private KeyRefusal? Cancel(WriteTransaction transaction, Permit permit)
    {
        if (CompanyKeyTable.Find(transaction, permit.Company) is not { State: CompanyState.AwaitsDestruction, ReturnsTo: { } before } standing)
        {
            return KeyRefusal.WrongState;
        }

        var now = time.GetUtcNow();
        // One alone gives back what was, and no more: a key that two had disabled takes two again.
        CompanyKeyTable.Put(transaction, permit.Company, standing with { State = before, DestroyMs = null, ReturnsTo = null, ChangedMs = now.ToUnixTimeMilliseconds() });
        Record(transaction, permit, VaultEvents.DestructionCancelled, now, []);
        return null;
    }

    private ValueTask<CompanyKeyView> ShowAsync(CompanyId company, CancellationToken ct)
        => CompanyKeyView.ReadAsync(store, company, root, services, time.GetUtcNow(), ct);

    private void Record(WriteTransaction transaction, Permit permit, EventKind kind, DateTimeOffset now, Dictionary<string, string> details)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = now,
            Kind = kind,
            Actor = permit.Subject,
            Target = new("company-key", CompanyKeyTable.Find(transaction, permit.Company)?.KeyId ?? Guid.Empty, permit.Company),
            Outcome = EventOutcome.Success,
            Details = details,
        });

    private async ValueTask<Result<T, KeyRefusal>> PermittedAsync<T>(Permit permit, Permission permission, Func<ValueTask<Result<T, KeyRefusal>>> work)
    {
        if (permit.Question.Permission != permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return KeyRefusal.WrongPermit;
        }

        try
        {
            return await work();
        }
        catch (StoreUnavailableException exception) when (exception is not LogBehindException)
        {
            Log.Unavailable(log, exception);
            return KeyRefusal.Unavailable;
        }
    }

    /// <summary>A version to be stored, or none.</summary>
    private readonly record struct Prepared(CompanyKeyRow? Row);
}

/// <summary>A change as it is asked for.</summary>
internal sealed record WantedChange(KeyAction Action)
{
    /// <summary>For raising the minimum and destroying versions.</summary>
    public uint Version { get; init; }

    /// <summary>For a customer's key service.</summary>
    public KeyServicePlace? Place { get; init; }

    /// <summary>For an imported key: the import, and the key as it was wrapped for it.</summary>
    public Guid? Import { get; init; }

    public ReadOnlyMemory<byte> WrappedKey { get; init; }
}
