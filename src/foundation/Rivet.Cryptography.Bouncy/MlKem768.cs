using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Rivet.Cryptography.Bouncy;

/// <summary>ML-KEM-768 (FIPS 203) in managed code, for servers, terminals and browsers. Safe for concurrent use.</summary>
public sealed class MlKem768 : IKem
{
    internal const int SeedSize = 64;
    private static readonly MLKemParameters Parameters = MLKemParameters.ml_kem_768;
    private readonly FillRandom fill;

    /// <summary>Draws from the system's random numbers.</summary>
    public MlKem768()
        : this(RandomNumberGenerator.Fill)
    {
    }

    /// <summary>For known values: a key pair takes d ‖ z, 64 bytes, an encapsulation m, 32 bytes.</summary>
    internal MlKem768(FillRandom fill) => this.fill = fill;

    /// <inheritdoc/>
    public ValueTask<IDecapsulation> CreateAsync(CancellationToken ct)
    {
        var seed = new byte[SeedSize];
        fill(seed);
        var made = new Decapsulation(MLKemPrivateKeyParameters.FromSeed(Parameters, seed));
        CryptographicOperations.ZeroMemory(seed);
        return new(made);
    }

    /// <inheritdoc/>
    public ValueTask<Encapsulated?> TryEncapsulateAsync(ReadOnlyMemory<byte> encapsulationKey, CancellationToken ct)
    {
        if (!EncapsulationKeyCheck.Passes(encapsulationKey.Span))
        {
            return default;
        }

        var encapsulator = new MLKemEncapsulator(Parameters);
        var key = MLKemPublicKeyParameters.FromEncoding(Parameters, encapsulationKey.ToArray());
        encapsulator.Init(new ParametersWithRandom(key, new SecureRandom(new FilledRandom(fill))));
        var made = new Encapsulated(new byte[KemSizes.Ciphertext], new byte[KemSizes.SharedSecret]);
        encapsulator.Encapsulate(made.Ciphertext, made.SharedSecret);
        return new(made);
    }

    private sealed class Decapsulation(MLKemPrivateKeyParameters key) : IDecapsulation
    {
        private MLKemPrivateKeyParameters? key = key;

        public ReadOnlyMemory<byte> EncapsulationKey { get; } = key.GetPublicKeyEncoded();

        public ValueTask<byte[]?> TryDecapsulateAsync(ReadOnlyMemory<byte> ciphertext, CancellationToken ct)
        {
            ObjectDisposedException.ThrowIf(key is null, this);
            if (ciphertext.Length != KemSizes.Ciphertext)
            {
                return default;
            }

            var decapsulator = new MLKemDecapsulator(Parameters);
            decapsulator.Init(key);
            var secret = new byte[KemSizes.SharedSecret];
            decapsulator.Decapsulate(ciphertext.Span, secret);
            return new(secret);
        }

        // The library keeps its copy of the key to itself, so letting go of it is all there is.
        public void Dispose() => key = null;

        public override string ToString() => "[redacted]";
    }
}
