using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>A company's key as its administrators see it: the tree from the root down, and what was asked for.</summary>
internal sealed record CompanyKeyView
{
    /// <summary>So many requests are shown.</summary>
    public const int MostRequests = 50;

    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether the root is in a file or in a key module.</summary>
    public required RootKind? Root { get; init; }

    public required bool RootIsHardware { get; init; }

    /// <summary>How the root answers; asked just now.</summary>
    public required ModuleState RootState { get; init; }

    /// <summary>Null before the company stored anything.</summary>
    public required CompanyStanding? Standing { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<KeyVersionView> Versions { get; init; }

    /// <summary>By application.</summary>
    public required IReadOnlyList<ApplicationKeys> Applications { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<KeyRequestView> Requests { get; init; }

    /// <summary>Living data keys in all.</summary>
    public long Keys => Versions.Sum(version => version.Keys) + UnderRoot;

    /// <summary>Data keys from before the company had a key of its own.</summary>
    public required long UnderRoot { get; init; }

    /// <summary>Data keys that are still to be wrapped anew.</summary>
    public long ToRewrap => UnderRoot + Versions.Where(version => version.Version != Standing?.Version).Sum(version => version.Keys);

    /// <summary>Reads the store first and asks the root then: a module that takes its time holds up no reader of the store.</summary>
    public static async ValueTask<CompanyKeyView> ReadAsync(IStore store, CompanyId company, RootKey root, KeyServices services, DateTimeOffset now, CancellationToken ct)
    {
        var (standing, versions, counts, applications, requests) = await store.ReadAsync(
            session => (CompanyKeyTable.Find(session, company), CompanyKeyTable.Versions(session, company), KeyStore.CountByVersion(session, company),
                ApplicationKeys.Read(session, company), KeyRequestTable.Newest(session, company, MostRequests)),
            ct);
        return new()
        {
            Now = now,
            Root = root.Root?.Kind,
            RootIsHardware = root.Root is ModuleRoot { IsHardware: true },
            RootState = root.Root?.Check() ?? new ModuleState(ModuleFault.NotOpened, "The vault has not started."),
            Standing = standing,
            Versions =
            [
                .. versions.Select(row => new KeyVersionView(
                    row.Version, row.Custody, row.IsLiving, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedMs),
                    row.DestroyedMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, counts.GetValueOrDefault(row.Version),
                    row.IsLiving && services.PlaceOf(row) is { } place ? place.ToString() : null)),
            ],
            Applications = applications,
            Requests = [.. requests.Select(request => KeyRequestView.Of(request, root, services))],
            UnderRoot = counts.GetValueOrDefault(0u),
        };
    }
}

/// <summary>A version of a company's key.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Custody">Where it comes from.</param>
/// <param name="IsLiving">Whether it was not destroyed.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Destroyed">When it was destroyed.</param>
/// <param name="Keys">Living data keys under it.</param>
/// <param name="Service">The customer's key and service; null for other custodies.</param>
internal sealed record KeyVersionView(uint Version, Custody Custody, bool IsLiving, DateTimeOffset Created, DateTimeOffset? Destroyed, long Keys, string? Service);

/// <summary>A request, and while it is open what its approver must see.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Reason">Why; null when it was decided, or cannot be read.</param>
/// <param name="Service">The key service, and the key there, that would be used: whoever it belongs to could withhold everything.</param>
internal sealed record KeyRequestView(KeyRequest Request, string? Reason, string? Service)
{
    public static KeyRequestView Of(KeyRequest request, RootKey root, KeyServices services)
    {
        if (request.State != KeyRequestState.Open || !root.Unwrap(request.Payload, Binding.OfRequest(request.Company, request.Id)).TryGet(out var bytes, out _)
            || RequestPayload.TryRead(bytes) is not { } payload)
        {
            return new(request, null, null);
        }

        return new(request, payload.Reason, payload.Prepared is { } prepared ? services.PlaceOf(prepared.RowOf(request))?.ToString() : null);
    }
}

/// <summary>The data keys of one application of a company.</summary>
/// <param name="Application">Its name.</param>
/// <param name="Living">Keys in use.</param>
/// <param name="Destroyed">Keys destroyed.</param>
/// <param name="Oldest">When the oldest living one was made.</param>
/// <param name="Newest">When the newest living one was made.</param>
/// <param name="Seals">Seals reserved: at most so many were made under the living keys.</param>
internal sealed record ApplicationKeys(string Application, long Living, long Destroyed, DateTimeOffset? Oldest, DateTimeOffset? Newest, long Seals)
{
    public static IReadOnlyList<ApplicationKeys> Read(ReadSession session, CompanyId company)
        => session.Query(
            """
            SELECT application, count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2), min(created_ms) FILTER (WHERE state = 1),
                   max(created_ms) FILTER (WHERE state = 1), coalesce(sum(reserved) FILTER (WHERE state = 1), 0)
            FROM vault_key WHERE company = $1 GROUP BY application ORDER BY application
            """,
            row => new ApplicationKeys(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2),
                row.IsDBNull(3) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
                row.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)), row.GetInt64(5)),
            company.ToBytes());
}
