using System.Globalization;
using System.Security.Cryptography;
using Rivet.Kernel;

namespace Rivet.Cryptography.SigV4;

/// <summary>
/// Believes a request that was signed, by a known credential, for this region and service, at most five minutes ago or ahead, with at least
/// <c>Host</c>, <c>X-Amz-Date</c> and the hash of the body in the signature. Signatures are compared in constant time.
/// </summary>
/// <param name="region">The region that signatures must name.</param>
/// <param name="service">The service that signatures must name.</param>
/// <param name="find">Gives the credential of an access key, or null. It stays the giver's.</param>
/// <param name="time">The clock.</param>
public sealed class SigV4Verifier(string region, string service, Func<string, SigV4Credential?> find, TimeProvider time)
{
    /// <summary>How far a request's date may lie from now, either way.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const string HashHeader = "x-amz-content-sha256";

    /// <summary>The access key that signed, or why the request is not believed.</summary>
    public Result<string, SigV4Refusal> Verify(SigV4Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Only(request, "authorization") is not { } header || !SigV4Authorization.TryParse(header, out var given) || !Names(given, "host")
            || !Names(given, Canonical.DateHeader) || Only(request, "host") is null || Only(request, Canonical.DateHeader) is not { } date
            || !DateTimeOffset.TryParseExact(date, Canonical.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return SigV4Refusal.Malformed;
        }

        // The body's own hash is what counts; a header may repeat it, and may not say "unsigned".
        if (Canonical.Values(request, HashHeader).Any(hash => hash != Canonical.HashOf(request.Body.Span)))
        {
            return SigV4Refusal.Forged;
        }

        if (given.Scope != new SigV4Scope(date[..8], region, service))
        {
            return SigV4Refusal.WrongScope;
        }

        if ((time.GetUtcNow() - at).Duration() > Skew)
        {
            return SigV4Refusal.WrongTime;
        }

        if (find(given.AccessKey) is not { } credential)
        {
            return SigV4Refusal.UnknownKey;
        }

        var expected = credential.Sign(given.Scope, Canonical.StringToSign(date, given.Scope, Canonical.Request(request, given.SignedHeaders)));
        return CryptographicOperations.FixedTimeEquals(expected, given.Signature) ? given.AccessKey : SigV4Refusal.Forged;
    }

    private static bool Names(SigV4Authorization given, string header) => given.SignedHeaders.Contains(header, StringComparer.Ordinal);

    private static string? Only(SigV4Request request, string name)
        => Canonical.Values(request, name).Take(2).ToList() is [var only] ? only : null;
}

/// <summary>Why a signature is not believed.</summary>
public enum SigV4Refusal
{
    /// <summary>There is none, it is of another form, or it leaves out what must be signed.</summary>
    Malformed = 1,

    /// <summary>It is for another region, service or day.</summary>
    WrongScope = 2,

    /// <summary>It was made more than five minutes ago, or is from the future.</summary>
    WrongTime = 3,

    /// <summary>Nobody here knows its access key.</summary>
    UnknownKey = 4,

    /// <summary>It does not belong to this request.</summary>
    Forged = 5,
}
