using System.Text.Json;

namespace Rivet.Vault;

/// <summary>What is kept of a request until it is decided: why, and the version that was prepared for it.</summary>
/// <param name="Reason">As the asking administrator wrote it.</param>
/// <param name="Prepared">The new version; null for what needs none.</param>
internal sealed record RequestPayload(string Reason, PreparedVersion? Prepared)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static RequestPayload? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<RequestPayload>(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A version before it is stored.</summary>
internal sealed record PreparedVersion(Guid KeyId, uint Version, Custody Custody, byte[] Wrapped, byte[]? Place)
{
    /// <summary>The row that its approval stores.</summary>
    public CompanyKeyRow RowOf(KeyRequest request, DateTimeOffset at = default) => new()
    {
        Company = request.Company, KeyId = KeyId, Version = Version, Custody = Custody, Wrapped = Wrapped, Place = Place, CreatedMs = at.ToUnixTimeMilliseconds(),
    };
}
