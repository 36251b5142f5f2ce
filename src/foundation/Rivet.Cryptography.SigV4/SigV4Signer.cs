using System.Globalization;

namespace Rivet.Cryptography.SigV4;

/// <summary>Signs requests in the way of AWS Signature Version 4, by headers.</summary>
public static class SigV4Signer
{
    /// <summary>Signs a request with all headers it has; <c>Host</c> must be one, <c>X-Amz-Date</c> is added.</summary>
    /// <returns>What to send beside them: <c>X-Amz-Date</c> and <c>Authorization</c>.</returns>
    /// <exception cref="ArgumentException">The request has no host, or a date of its own.</exception>
    public static SigV4Signature Sign(SigV4Request request, SigV4Credential credential, string region, string service, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(credential);
        if (!Canonical.Values(request, "host").Any() || Canonical.Values(request, Canonical.DateHeader).Any())
        {
            throw new ArgumentException("A request to be signed names its host, and not its date.", nameof(request));
        }

        var date = at.UtcDateTime.ToString(Canonical.DateFormat, CultureInfo.InvariantCulture);
        var dated = request with { Headers = [.. request.Headers, new(Canonical.DateHeader, date)] };
        string[] signed = [.. dated.Headers.Select(header => header.Key.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];
        var scope = new SigV4Scope(date[..8], region, service);
        var signature = Convert.ToHexStringLower(credential.Sign(scope, Canonical.StringToSign(date, scope, Canonical.Request(dated, signed))));
        return new SigV4Signature(date, $"{Canonical.Algorithm} Credential={credential.AccessKey}/{scope}, SignedHeaders={string.Join(';', signed)}, Signature={signature}");
    }
}

/// <summary>The two headers of a signature.</summary>
/// <param name="Date">The value of <c>X-Amz-Date</c>.</param>
/// <param name="Authorization">The value of <c>Authorization</c>.</param>
public sealed record SigV4Signature(string Date, string Authorization);
