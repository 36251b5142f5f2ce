using System.Globalization;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Applications;

/// <summary>Administrators add, list and remove applications, and see the company's keys.</summary>
internal sealed class ApplicationDesk(IStore store, IOptions<TransitOptions> options, TimeProvider time) : ITransitApplications
{
    private const string Permission = "transit.manage";
    private const int LongestName = 64;
    private const int MostDays = 3650;

    public static bool IsName(string name) => name.Trim() is { Length: > 0 and <= LongestName } trimmed && !trimmed.Any(char.IsControl);

    public static bool IsDays(int days) => days is >= 1 and <= MostDays;

    public ValueTask<Result<string, TransitRefusal>> AddAsync(Permit permit, string name, IReadOnlyList<TransitGrant> grants, int days, CancellationToken ct)
    {
        if (!Allows(permit))
        {
            return new(TransitRefusal.WrongPermit);
        }

        if (!IsName(name))
        {
            return new(TransitRefusal.NameInvalid);
        }

        if (!IsDays(days))
        {
            return new(TransitRefusal.DaysInvalid);
        }

        return Grant.TryRead(grants) is { } read ? AddAsync(permit, name.Trim(), read, days, ct) : new(TransitRefusal.GrantInvalid);
    }

    public ValueTask<Result<IReadOnlyList<TransitApplication>, TransitRefusal>> ListAsync(Permit permit, CancellationToken ct)
        => !Allows(permit) ? new(TransitRefusal.WrongPermit)
            : SafelyAsync<IReadOnlyList<TransitApplication>>(async () => (await store.ReadAsync(session => ApplicationTable.Of(session, permit.Company), ct))
                .ConvertAll(found => new TransitApplication(
                    found.Name, [.. found.Grants.Select(grant => grant.ToContract())], found.CreatedAt, found.ExpiresAt, Moment(found.LastUsedMs))).ToArray());

    public ValueTask<Result<Done, TransitRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct)
        => !Allows(permit) ? new(TransitRefusal.WrongPermit)
            : SafelyAsync<Done>(() => store.WriteAsync<Result<Done, TransitRefusal>>(
                transaction =>
                {
                    if (ApplicationTable.Of(transaction, permit.Company).Find(one => one.Name == name.Trim()) is not { } found)
                    {
                        return TransitRefusal.Unknown;
                    }

                    ApplicationTable.Remove(transaction, found.Id, time.GetUtcNow().ToUnixTimeMilliseconds());
                    Record(transaction, permit, TransitEvents.ApplicationRemoved, found, []);
                    return Done.Value;
                },
                ct));

    public ValueTask<Result<IReadOnlyList<TransitKeyFacts>, TransitRefusal>> ListKeysAsync(Permit permit, CancellationToken ct)
        => !Allows(permit) ? new(TransitRefusal.WrongPermit)
            : SafelyAsync<IReadOnlyList<TransitKeyFacts>>(async () => await store.ReadAsync(session => Facts(session, permit.Company), ct));

    private ValueTask<Result<string, TransitRefusal>> AddAsync(Permit permit, string name, IReadOnlyList<Grant> grants, int days, CancellationToken ct)
    {
        var token = ApplicationToken.Make();
        return SafelyAsync<string>(() => store.WriteAsync<Result<string, TransitRefusal>>(
            transaction =>
            {
                var known = ApplicationTable.Of(transaction, permit.Company);
                if (known.Count >= options.Value.ApplicationsPerCompany || known.Exists(one => one.Name == name))
                {
                    return known.Exists(one => one.Name == name) ? TransitRefusal.NameTaken : TransitRefusal.TooMany;
                }

                var now = time.GetUtcNow();
                var added = new Application
                {
                    Id = Guid.CreateVersion7(now),
                    Company = permit.Company,
                    Name = name,
                    TokenHash = ApplicationToken.Hash(token),
                    Grants = grants,
                    CreatedAt = now,
                    ExpiresAt = now.AddDays(days),
                    LastUsedMs = 0,
                    IsRemoved = false,
                };
                ApplicationTable.Add(transaction, added);
                Record(transaction, permit, TransitEvents.ApplicationAdded, added, new()
                {
                    ["grants"] = Bounded(grants.Count == 0 ? "own keys" : Grant.Write(grants).Replace("\n", "; ", StringComparison.Ordinal)),
                    ["days"] = days.ToString(CultureInfo.InvariantCulture),
                });
                return token;
            },
            ct));
    }

    private static TransitKeyFacts[] Facts(ReadSession session, CompanyId company)
    {
        var names = ApplicationTable.Of(session, company).ToDictionary(found => found.Id, found => found.Name);
        var lives = KeyTable.LivesOf(session, company);
        return [.. KeyTable.Of(session, company).Select(key =>
        {
            var (rotated, uses, last) = lives.GetValueOrDefault(key.Id);
            return new TransitKeyFacts(
                key.Id, key.Name, key.Type.Name(), names.GetValueOrDefault(key.Owner, ""), key.Latest, key.LeastToOpen, key.CreatedAt,
                Moment(rotated) ?? key.CreatedAt, uses, Moment(last));
        })];
    }

    private void Record(WriteTransaction transaction, Permit permit, EventKind kind, Application application, Dictionary<string, string> details)
    {
        details["application"] = application.Name;
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = permit.Subject,
            Target = new("transit-application", application.Id, application.Company),
            Outcome = EventOutcome.Success,
            Details = details,
        });
    }

    private static DateTimeOffset? Moment(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static string Bounded(string text) => text.Length <= 256 ? text : text[..255] + "…";

    private static bool Allows(Permit permit) => permit.Question.Permission.Name == Permission && permit.Question.Resource == Resource.Of(permit.Company);

    private static async ValueTask<Result<T, TransitRefusal>> SafelyAsync<T>(Func<Task<Result<T, TransitRefusal>>> work)
    {
        try
        {
            return await work();
        }
        catch (LogBehindException)
        {
            return TransitRefusal.LogBehind;
        }
        catch (StoreUnavailableException)
        {
            return TransitRefusal.Unavailable;
        }
    }
}
