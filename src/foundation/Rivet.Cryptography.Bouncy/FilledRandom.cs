using Org.BouncyCastle.Crypto.Prng;

namespace Rivet.Cryptography.Bouncy;

/// <summary>Fills the whole span with random bytes.</summary>
internal delegate void FillRandom(Span<byte> bytes);

/// <summary>The library's source of random bytes, answered by ours; it never seeds a generator of its own.</summary>
internal sealed class FilledRandom(FillRandom fill) : IRandomGenerator
{
    public void AddSeedMaterial(byte[] seed)
    {
    }

    public void AddSeedMaterial(ReadOnlySpan<byte> seed)
    {
    }

    public void AddSeedMaterial(long seed)
    {
    }

    public void NextBytes(byte[] bytes) => fill(bytes);

    public void NextBytes(byte[] bytes, int start, int len) => fill(bytes.AsSpan(start, len));

    public void NextBytes(Span<byte> bytes) => fill(bytes);
}
