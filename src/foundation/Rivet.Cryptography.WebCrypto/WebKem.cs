using System.Runtime.InteropServices.JavaScript;
using System.Security.Cryptography;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>ML-KEM-768 (FIPS 203) by WebCrypto, in browsers that have it (<see cref="WebCrypto.HasKemAsync"/>).</summary>
public sealed class WebKem : IKem
{
    /// <inheritdoc/>
    public async ValueTask<IDecapsulation> CreateAsync(CancellationToken ct) => Of(await WebCrypto.CreateKemAsync());

    /// <inheritdoc/>
    public async ValueTask<Encapsulated?> TryEncapsulateAsync(ReadOnlyMemory<byte> encapsulationKey, CancellationToken ct)
    {
        var both = new byte[KemSizes.Ciphertext + KemSizes.SharedSecret];
        if (encapsulationKey.Length != KemSizes.EncapsulationKey || !await WebCrypto.EncapsulateAsync(encapsulationKey.ToArray(), both))
        {
            return null;
        }

        var made = new Encapsulated(both[..KemSizes.Ciphertext], both[KemSizes.Ciphertext..]);
        CryptographicOperations.ZeroMemory(both);
        return made;
    }

    internal static IDecapsulation Of(JSObject keys) => new Decapsulation(keys);

    private sealed class Decapsulation(JSObject keys) : IDecapsulation
    {
        public ReadOnlyMemory<byte> EncapsulationKey { get; } = WebCrypto.PublicKey(keys);

        public async ValueTask<byte[]?> TryDecapsulateAsync(ReadOnlyMemory<byte> ciphertext, CancellationToken ct)
        {
            var secret = new byte[KemSizes.SharedSecret];
            return ciphertext.Length == KemSizes.Ciphertext && await WebCrypto.DecapsulateAsync(keys, ciphertext.ToArray(), secret) ? secret : null;
        }

        public void Dispose() => keys.Dispose();

        public override string ToString() => "[redacted]";
    }
}
