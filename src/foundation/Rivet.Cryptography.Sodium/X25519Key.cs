using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>
/// An X25519 key pair (RFC 7748; libsodium). A key that stays lies in a page of its own that is locked and fenced; an ephemeral one,
/// of which each handshake makes its own and forgets it, in memory that the collector does not move: a page for each costs more than the
/// rest of the handshake (see <see cref="Libsodium"/>). Either is zeroed when disposed.
/// </summary>
public sealed unsafe class X25519Key : IKeyAgreement, IDisposable
{
    private readonly byte[] publicKey = new byte[KeySizes.StaticKey];
    private readonly Secret secret;

    static X25519Key() => Libsodium.Begin();

    private X25519Key(Secret secret)
    {
        this.secret = secret;
        using var use = new Use(secret);
        fixed (byte* output = publicKey)
        {
            if (Libsodium.ScalarMultiplyBase(output, use.Key) != 0)
            {
                throw new CryptographicException("libsodium makes no public key.");
            }
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Makes a new key pair that stays.</summary>
    public static X25519Key Create() => Filled(new LockedSecret());

    /// <summary>Makes a key pair for one handshake.</summary>
    public static X25519Key CreateEphemeral() => Filled(new PinnedSecret());

    /// <summary>Restores a key pair that stays from its 32-byte private key.</summary>
    public static X25519Key FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, KeySizes.StaticKey, nameof(privateKey));
        var secret = new LockedSecret();
        privateKey.CopyTo(secret.Bytes);
        return new X25519Key(secret);
    }

    /// <summary>The 32-byte private key, to be sealed at once; the caller zeroes it.</summary>
    public byte[] ExportPrivateKey()
    {
        using var use = new Use(secret);
        return new ReadOnlySpan<byte>(use.Key, KeySizes.StaticKey).ToArray();
    }

    /// <summary>The 32-byte shared secret, which the caller zeroes; null for a key of another length or of small order.</summary>
    public byte[]? TryAgree(ReadOnlySpan<byte> peer)
    {
        if (peer.Length != KeySizes.StaticKey)
        {
            return null;
        }

        var agreed = GC.AllocateUninitializedArray<byte>(KeySizes.StaticKey, pinned: true);
        using var use = new Use(secret);
        fixed (byte* output = agreed, other = peer)
        {
            // libsodium itself refuses a result of zeros.
            return Libsodium.ScalarMultiply(output, use.Key, other) == 0 ? agreed : null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct) => new(TryAgree(peer.Span));

    /// <inheritdoc/>
    public void Dispose() => secret.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";

    private static X25519Key Filled(Secret secret)
    {
        RandomNumberGenerator.Fill(secret.Bytes);
        return new X25519Key(secret);
    }

    /// <summary>Holds the secret for a call: nobody frees it meanwhile, and a disposed one cannot be used.</summary>
    private readonly ref struct Use
    {
        private readonly Secret secret;

        public Use(Secret secret)
        {
            var added = false;
            secret.DangerousAddRef(ref added);
            this.secret = secret;
        }

        public byte* Key => (byte*)secret.DangerousGetHandle();

        public void Dispose() => secret.DangerousRelease();
    }

    /// <summary>32 secret bytes at an address that does not change.</summary>
    private abstract class Secret() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public Span<byte> Bytes => new((void*)handle, KeySizes.StaticKey);
    }

    private sealed class LockedSecret : Secret
    {
        public LockedSecret() => handle = Libsodium.AllocateLocked(KeySizes.StaticKey) is var made and not 0
            ? made
            : throw new CryptographicException("There is no locked memory for a key.");

        protected override bool ReleaseHandle()
        {
            Libsodium.FreeLocked(handle); // Zeroes it.
            return true;
        }
    }

    private sealed class PinnedSecret : Secret
    {
        private readonly byte[] bytes = GC.AllocateArray<byte>(KeySizes.StaticKey, pinned: true);

        public PinnedSecret() => handle = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);

        protected override bool ReleaseHandle()
        {
            CryptographicOperations.ZeroMemory(bytes);
            return true;
        }
    }
}
