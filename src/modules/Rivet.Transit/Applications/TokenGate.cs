using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Transit.Applications;

/// <summary>
/// Knows an application by its token, in <c>X-Vault-Token</c> or as <c>Authorization: Bearer</c>. A good token is never held up by others' bad ones: the
/// limits are on refusals, on how many are answered as such and how many are recorded.
/// </summary>
internal sealed class TokenGate(IStore store, IOptions<TransitOptions> options, TimeProvider time, ILogger<TokenGate> log)
{
    private const string Bearer = "Bearer ";
    private readonly FailureWindows failures = new(time);

    public async ValueTask<Result<Application, ApiRefusal>> AdmitAsync(HttpContext context, CancellationToken ct)
    {
        if (TokenOf(context.Request.Headers) is not { } token)
        {
            return ApiRefusal.NoToken;
        }

        var hash = ApplicationToken.TryHash(token);
        var found = hash is null ? null : await store.ReadAsync(session => ApplicationTable.FindByToken(session, hash), ct);
        if (found is not null && CryptographicOperations.FixedTimeEquals(found.TokenHash, hash) && found.IsGoodAt(time.GetUtcNow()))
        {
            return found;
        }

        return await RefuseAsync(found, context.Connection.RemoteIpAddress, ct);
    }

    private static string? TokenOf(IHeaderDictionary headers)
        => headers["X-Vault-Token"].ToString() is { Length: > 0 } token ? token
            : headers.Authorization.ToString() is { } given && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && given.Length > Bearer.Length ? given[Bearer.Length..].Trim()
            : null;

    private async ValueTask<ApiRefusal> RefuseAsync(Application? known, IPAddress? remote, CancellationToken ct)
    {
        if (!failures.TryTake(remote, options.Value.FailuresPerAddress))
        {
            return ApiRefusal.TooManyFailures;
        }

        if (failures.TryRecord(out var dropped))
        {
            await store.WriteAsync(transaction => Record(transaction, known, remote), ct);
        }

        if (dropped > 0)
        {
            Log.RefusalsDropped(log, dropped);
        }

        return ApiRefusal.TokenRefused;
    }

    private Done Record(WriteTransaction transaction, Application? known, IPAddress? remote)
    {
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = TransitEvents.TokenRefused,
            Actor = Subject.OfSystem(known?.Company ?? default),
            Target = new("transit-application", known?.Id ?? Guid.Empty, known?.Company ?? default),
            Outcome = EventOutcome.Failure,
            Details = new Dictionary<string, string>
            {
                ["application"] = known?.Name ?? "unknown",
                ["cause"] = known is null ? "unknown" : known.IsRemoved ? "removed" : "expired",
                ["remote"] = remote?.ToString() ?? "unknown",
            },
        });
        return Done.Value;
    }
}
