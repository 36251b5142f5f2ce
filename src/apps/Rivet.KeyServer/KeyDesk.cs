using System.Buffers.Binary;
using System.Security.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.KeyServer;

/// <summary>
/// Does what a believed request asks, with the key inside the module. The key's state is read before the work and again after it, so that nothing leaves
/// once the switch is thrown.
/// </summary>
internal sealed class KeyDesk(KeyBook book, KeyModule module, TimeProvider time) : IDisposable
{
    public const string HealthKey = "rivet-keyserver-health";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>The one way in which the module's associated data is made up; a later one gets another number.</summary>
    private static readonly byte[] Form = [1];

    private readonly ModuleTurns turns = new(time);

    /// <summary>The label of a key in the module.</summary>
    public static string Label(string name) => $"rivet-xks-{name}";

    /// <summary>Whether a name fits into addresses (specification, "externalKeyId").</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 100 && name.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '.' or '_');

    /// <summary>Whether the module seals and opens with a key that is there for asking.</summary>
    public async ValueTask<Result<Done, XksError>> HealthAsync(CancellationToken ct)
    {
        var key = new ModuleKey(HealthKey, ModuleKeyUse.Encrypt);
        var worked = await turns.CallAsync(() => module.Encrypt(key, Form, []).TryGet(out var made, out var why) ? module.Decrypt(key, made, []) : why, ct);
        return worked.IsOk ? Done.Value : worked.Refusal == XksError.DependencyTimeout ? worked.Refusal : XksError.Internal;
    }

    /// <summary>A key that is known and not killed; it may be disabled.</summary>
    public Result<BookedKey, XksError> Find(string name)
        => book.Find(name) is not { State: not KeyState.Destroyed } key ? XksError.KeyNotFound : key.IsKilled ? XksError.InvalidState : key;

    /// <summary>Nonce · ciphertext · tag, opened again before it is given out, and the hash that proves it whole (specification, Appendix C).</summary>
    public async ValueTask<Result<Wrapping, XksError>> EncryptAsync(string name, XksRequest request, CancellationToken ct)
    {
        if (!Serving(name).TryGet(out var key, out var refused))
        {
            return refused;
        }

        var bound = Bound(request.Associated, Form);
        var made = await turns.CallAsync(() => module.Encrypt(key, request.Text, bound), ct);
        if (!made.TryGet(out var bytes, out var why))
        {
            return why;
        }

        var wrapping = new Wrapping(bytes[NonceSize..^TagSize], Form, bytes[..NonceSize], bytes[^TagSize..], request);
        var again = await turns.CallAsync(() => module.Decrypt(key, wrapping.ToBytes(), bound), ct);
        if (!again.TryGet(out var opened, out why))
        {
            return why == XksError.InvalidCiphertext ? XksError.Internal : why;
        }

        var isSame = CryptographicOperations.FixedTimeEquals(opened, request.Text);
        CryptographicOperations.ZeroMemory(opened);
        return !isSame ? XksError.Internal : Serving(name).TryGet(out _, out refused) ? wrapping : refused;
    }

    public async ValueTask<Result<byte[], XksError>> DecryptAsync(string name, XksRequest request, CancellationToken ct)
    {
        if (!Serving(name).TryGet(out var key, out var refused))
        {
            return refused;
        }

        if (request.Iv.Length != NonceSize || request.Tag.Length != TagSize || !request.Metadata.AsSpan().SequenceEqual(Form))
        {
            return XksError.InvalidCiphertext;
        }

        byte[] bytes = [.. request.Iv, .. request.Text, .. request.Tag];
        var opened = await turns.CallAsync(() => module.Decrypt(key, bytes, Bound(request.Associated, request.Metadata)), ct);
        if (!opened.TryGet(out var plaintext, out var why))
        {
            return why;
        }

        if (Serving(name).TryGet(out _, out refused))
        {
            return plaintext;
        }

        CryptographicOperations.ZeroMemory(plaintext);
        return refused;
    }

    public void Dispose() => turns.Dispose();

    private Result<ModuleKey, XksError> Serving(string name)
        => !Find(name).TryGet(out var key, out var refused) ? refused
            : key.State is KeyState.Enabled ? new ModuleKey(Label(name), ModuleKeyUse.Encrypt)
            : XksError.InvalidState;

    /// <summary>Both with their lengths, so that neither can pass for the other (specification, "ciphertextMetadata").</summary>
    private static byte[] Bound(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> metadata)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)associated.Length);
        return [.. length, .. associated, (byte)metadata.Length, .. metadata];
    }
}

/// <summary>What an encryption gave; the hash is made at once, before anything else touches the bytes.</summary>
internal sealed class Wrapping(byte[] ciphertext, byte[] metadata, byte[] iv, byte[] tag, XksRequest request)
{
    public byte[] Ciphertext { get; } = ciphertext;

    public byte[] Metadata { get; } = metadata;

    public byte[] Iv { get; } = iv;

    public byte[] Tag { get; } = tag;

    /// <summary>Null when nobody asked.</summary>
    public byte[]? Integrity { get; } = request.WantsIntegrity ? SHA256.HashData([.. request.Associated, .. metadata, .. iv, .. ciphertext, .. tag]) : null;

    public byte[] ToBytes() => [.. Iv, .. Ciphertext, .. Tag];
}
