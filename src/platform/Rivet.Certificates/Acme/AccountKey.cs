using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Rivet.Certificates.Acme;

/// <summary>Signs requests of one account: JWS, flattened, ES256 (RFC 7515, RFC 7518 §3.4, RFC 8555 §6.2).</summary>
internal sealed class AccountKey : IDisposable
{
    private readonly ECDsa key;

    private AccountKey(ECDsa key) => this.key = key;

    public static AccountKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The key of a kept text.</summary>
    /// <exception cref="CertificateFolderException">It is none.</exception>
    public static AccountKey Read(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new AccountKey(key);
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new CertificateFolderException("account.json holds no key. Move it away; a new account is made.", wrong);
        }
    }

    public string Reveal() => key.ExportPkcs8PrivateKeyPem();

    /// <summary>What proves that whoever answers a challenge is the account (RFC 8555 §8.1).</summary>
    public string Authorize(string token) => $"{token}.{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(PublicPart())))}";

    /// <summary>A signed request body. Without an account's address the public key stands in the header.</summary>
    /// <param name="address">Where it goes, which is signed.</param>
    /// <param name="nonce">The server's.</param>
    /// <param name="account">The account's address; null before there is one.</param>
    /// <param name="payload">JSON; empty for a POST-as-GET.</param>
    public byte[] Sign(Uri address, string nonce, Uri? account, string payload)
    {
        var who = account is null ? $"\"jwk\":{PublicPart()}" : $"\"kid\":{Quote(account.AbsoluteUri)}";
        var header = Encode($"{{\"alg\":\"ES256\",{who},\"nonce\":{Quote(nonce)},\"url\":{Quote(address.AbsoluteUri)}}}");
        var body = Encode(payload);
        var signature = key.SignData(Encoding.ASCII.GetBytes($"{header}.{body}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return Encoding.ASCII.GetBytes($"{{\"protected\":\"{header}\",\"payload\":\"{body}\",\"signature\":\"{Base64Url.EncodeToString(signature)}\"}}");
    }

    public void Dispose() => key.Dispose();

    public override string ToString() => "[redacted]";

    /// <summary>The public key with its members in the order of RFC 7638 §3.2, so that it is its own thumbprint's input.</summary>
    private string PublicPart()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return $"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{Base64Url.EncodeToString(point.X)}\",\"y\":\"{Base64Url.EncodeToString(point.Y)}\"}}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
