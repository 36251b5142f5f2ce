using System.Buffers.Binary;
using System.Text;
using Rivet.Cryptography;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>
/// Associated data: what a ciphertext is bound to besides its head. Every field has a fixed length or its length
/// before it, so no two meanings share an encoding.
/// </summary>
internal static class Binding
{
    private const int MaxName = 64;

    /// <summary>The root's check value.</summary>
    public static ReadOnlySpan<byte> OfRoot => "rivet vault root 1"u8;

    /// <summary>Before a caller's context: <c>company (16) · length (1) · application</c>.</summary>
    public static byte[] OfContent(CompanyId company, string application) => [.. company.ToBytes(), .. Name(application)];

    /// <summary>A wrapped data key: which key, and the scope it serves.</summary>
    public static byte[] OfKey(SealedHeader header, KeyScope scope)
    {
        Span<byte> numbers = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, header.Epoch);
        BinaryPrimitives.WriteInt32BigEndian(numbers[4..], scope.Period.Month);
        return
        [
            .. "rivet vault key 1"u8, .. Bytes(header.KeyId), .. numbers,
            (byte)scope.Holder.Kind, .. Bytes(scope.Holder.Id), .. OfContent(scope.Company, scope.Application),
        ];
    }

    /// <summary>A version of a company's key: whose, which, and in whose custody.</summary>
    public static byte[] OfCompanyKey(CompanyId company, SealedHeader name, Custody custody)
        => [.. "rivet vault company key 1"u8, .. company.ToBytes(), .. NameOf(name), (byte)custody];

    /// <summary>Where a company's key service is, and what signs to it.</summary>
    public static byte[] OfPlace(CompanyId company, SealedHeader name)
        => [.. "rivet vault key service 1"u8, .. company.ToBytes(), .. NameOf(name)];

    /// <summary>Reason and preparation of a request about a company's key.</summary>
    public static byte[] OfRequest(CompanyId company, Guid request)
        => [.. "rivet vault request 1"u8, .. company.ToBytes(), .. Bytes(request)];

    /// <summary>A wrapped signing key: whose, and for what.</summary>
    public static byte[] OfSigningKey(SigningKey key)
        => [.. "rivet vault signing key 1"u8, .. key.Company.ToBytes(), .. Name(key.Purpose)];

    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    private static byte[] NameOf(SealedHeader name)
    {
        var bytes = new byte[SealedHeader.PrefixSize];
        name.WriteTo(bytes);
        return bytes;
    }

    private static byte[] Name(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return bytes.Length is > 0 and <= MaxName
            ? [(byte)bytes.Length, .. bytes]
            : throw new ArgumentException($"The name of an application or purpose has 1 to {MaxName} bytes.", nameof(name));
    }
}
