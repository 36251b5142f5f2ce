using System.Security.Cryptography;
using System.Text;

namespace Rivet.Cryptography.SigV4;

/// <summary>
/// An access key and its secret, which both sides of a signed request hold. The secret is never shown; it is zeroed on <see cref="Dispose"/>.
/// </summary>
public sealed class SigV4Credential : IDisposable
{
    private const int MaxAccessKey = 128;
    private const int MaxSecret = 256;
    private readonly byte[] secret;

    /// <summary>Holds a copy of a secret.</summary>
    /// <param name="accessKey">Names the secret; 1 to 128 letters and digits.</param>
    /// <param name="secret">1 to 256 characters.</param>
    /// <exception cref="ArgumentException">One of them is none.</exception>
    public SigV4Credential(string accessKey, string secret)
    {
        ArgumentNullException.ThrowIfNull(accessKey);
        ArgumentNullException.ThrowIfNull(secret);
        AccessKey = IsAccessKey(accessKey) ? accessKey : throw new ArgumentException("An access key is 1 to 128 letters and digits.", nameof(accessKey));
        this.secret = secret.Length is > 0 and <= MaxSecret
            ? Encoding.UTF8.GetBytes("AWS4" + secret)
            : throw new ArgumentException($"A secret has 1 to {MaxSecret} characters.", nameof(secret));
    }

    /// <summary>The public name of the secret.</summary>
    public string AccessKey { get; }

    /// <inheritdoc />
    public override string ToString() => "[redacted]";

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(secret);

    /// <summary>Whether a text names a secret: 1 to 128 letters and digits.</summary>
    public static bool IsAccessKey(string text) => text.Length is > 0 and <= MaxAccessKey && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>Signs a string under the key of its day, region and service; 32 bytes.</summary>
    internal byte[] Sign(SigV4Scope scope, string stringToSign)
    {
        var key = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(scope.Day));
        foreach (var step in (string[])[scope.Region, scope.Service, SigV4Scope.End, stringToSign])
        {
            var next = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
            CryptographicOperations.ZeroMemory(key);
            key = next;
        }

        return key;
    }
}

/// <summary>What a signature is for: a day, a region, a service.</summary>
internal readonly record struct SigV4Scope(string Day, string Region, string Service)
{
    public const string End = "aws4_request";

    public override string ToString() => $"{Day}/{Region}/{Service}/{End}";
}
