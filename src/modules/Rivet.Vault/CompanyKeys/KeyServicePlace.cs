using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Rivet.Cryptography.SigV4;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Vault.External;

namespace Rivet.Vault;

/// <summary>Where a customer's key service is and what signs to it, as an administrator gave it; kept under the root.</summary>
/// <param name="Address"><c>https://HOST[:PORT][/PREFIX]/kms/xks/v1</c>.</param>
/// <param name="KeyId">The key's name there.</param>
/// <param name="Region">The region that signatures name.</param>
/// <param name="Certificate">The one certificate that is believed, PEM; null for the system's trust.</param>
/// <param name="AccessKey">Names the secret.</param>
/// <param name="Secret">Signs.</param>
internal sealed record KeyServicePlace(string Address, string KeyId, string Region, string? Certificate, string AccessKey, string Secret)
{
    private const int Longest = 16 * 1024;

    /// <summary>Whether it names a service that can be asked.</summary>
    public bool TryConnect(CompanyId company, VaultOptions options, TimeProvider time, Chance chance, [NotNullWhen(true)] out XksClient? client)
    {
        client = null;
        if (!XksEndpoint.TryCreate(company, Address, KeyId, Region, Certificate, out var endpoint) || !SigV4Credential.IsAccessKey(AccessKey) || Secret is null or "" or { Length: > 256 })
        {
            return false;
        }

        client = new XksClient(endpoint with { AllowLoopback = options.AllowsLocalKeyServices, Budget = options.KeyServiceAnswersWithin }, new SigV4Credential(AccessKey, Secret), time, chance);
        return true;
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static KeyServicePlace? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return bytes.Length <= Longest ? JsonSerializer.Deserialize<KeyServicePlace>(bytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"{Address} · {KeyId}";
}
