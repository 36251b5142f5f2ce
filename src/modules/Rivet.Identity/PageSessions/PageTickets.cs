using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Identity.Devices;
using Rivet.Identity.Invitations;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.PageSessions;

/// <summary>
/// How a device opens a page: it signs a fresh challenge with its identity key and gets an address that works once,
/// for a minute. Challenges are in memory, at most one a device; tickets are in the store, as hashes.
/// </summary>
internal sealed class PageTickets(
    IStore store, ISignatureVerifier verifier, PageSessionOpening sessions, InvitationLinks links, IdentityEvents events, TimeProvider time)
{
    public const int ChallengeSize = 32;

    /// <summary>How long a challenge, and then a ticket, is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private const int MaxChallenges = 10_000;
    private readonly Lock gate = new();
    private readonly Dictionary<DeviceId, (byte[] Challenge, DateTimeOffset Expires)> challenges = [];

    private static ReadOnlySpan<byte> Label => "rivet page v1\0"u8;

    /// <summary>Gives the device its challenge; an older one is void.</summary>
    public Result<byte[], IdentityRefusal> Challenge(Permit permit)
    {
        permit.Require(IdentityPermissions.PageOpen);
        var device = permit.Subject.Device;
        var now = time.GetUtcNow();
        var challenge = RandomNumberGenerator.GetBytes(ChallengeSize);
        lock (gate)
        {
            if (challenges.Count >= MaxChallenges)
            {
                foreach (var (other, (_, expires)) in challenges)
                {
                    if (expires <= now)
                    {
                        challenges.Remove(other);
                    }
                }
            }

            if (device.Value == Guid.Empty || (challenges.Count >= MaxChallenges && !challenges.ContainsKey(device)))
            {
                return IdentityRefusal.ChallengeRefused;
            }

            challenges[device] = (challenge, now + Lifetime);
        }

        return challenge;
    }

    /// <summary>Takes the signed challenge; gives the address to open.</summary>
    public async ValueTask<Result<Uri, IdentityRefusal>> OpenAsync(
        Permit permit, ReadOnlyMemory<byte> challenge, ReadOnlyMemory<byte> signature, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.PageOpen);
        var subject = permit.Subject;
        var device = await store.ReadAsync(session => DeviceTable.Find(session, subject.Company, subject.Device), ct);
        if (device is null || !TryTake(subject.Device, challenge.Span)
            || !await verifier.VerifyAsync(device.IdentityKey, Signed(challenge.Span), signature, ct))
        {
            await store.WriteAsync(
                transaction =>
                {
                    events.Failure(transaction, IdentityEvents.PageRefused, subject, Resource.Of(subject.Device, subject.Company));
                    return Done.Value;
                },
                ct);
            return IdentityRefusal.ChallengeRefused;
        }

        var token = PageToken.Create();
        return await store.WriteAsync(transaction => Issue(transaction, token, subject), ct)
            ? links.PageAddress($"/enter/{token.Reveal()}")
            : IdentityRefusal.ChallengeRefused;
    }

    /// <summary>Exchanges a ticket for a page session, once; null when it is unknown, used or expired.</summary>
    public Task<PageSessionDraft?> EnterAsync(PageToken ticket, CancellationToken ct)
        => store.WriteAsync(transaction => Enter(transaction, ticket), ct);

    private PageSessionDraft? Enter(WriteTransaction transaction, PageToken ticket)
    {
        var page = transaction.QueryFirst(
            "SELECT company, person, device FROM identity_page_ticket WHERE token_hash = $1 AND expires_ms > $2",
            row => sessions.Prepare(row.Id<CompanyId>(0), row.Id<PersonId>(1), row.Id<DeviceId>(2)),
            ticket.Hash(), NowMs);
        transaction.Execute("DELETE FROM identity_page_ticket WHERE token_hash = $1", ticket.Hash());
        if (page is null || !DeviceTable.IsActive(transaction, page.Device))
        {
            return null;
        }

        sessions.Write(transaction, page);
        return page;
    }

    private bool Issue(WriteTransaction transaction, PageToken token, Subject subject)
    {
        if (!DeviceTable.IsActive(transaction, subject.Device))
        {
            return false;
        }

        transaction.Execute("DELETE FROM identity_page_ticket WHERE expires_ms <= $1 OR device = $2", NowMs, subject.Device.ToBytes());
        transaction.Execute(
            "INSERT INTO identity_page_ticket (token_hash, company, person, device, expires_ms) VALUES ($1, $2, $3, $4, $5)",
            token.Hash(), subject.Company.ToBytes(), subject.Person.ToBytes(), subject.Device.ToBytes(), NowMs + (long)Lifetime.TotalMilliseconds);
        return true;
    }

    /// <summary>Uses the device's challenge up, whatever comes of it.</summary>
    private bool TryTake(DeviceId device, ReadOnlySpan<byte> shown)
    {
        lock (gate)
        {
            return challenges.Remove(device, out var known) && time.GetUtcNow() < known.Expires
                && CryptographicOperations.FixedTimeEquals(known.Challenge, shown);
        }
    }

    private static byte[] Signed(ReadOnlySpan<byte> challenge) => [.. Label, .. challenge];

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();
}
