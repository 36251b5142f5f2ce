using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Container;

/// <summary>A passphrase in UTF-8 (NFC). A secret: zeroed on dispose, never printed.</summary>
public sealed class Passphrase : IDisposable
{
    /// <summary>The longest passphrase taken, in characters.</summary>
    public const int MaxLength = 1024;

    private readonly byte[] secret;

    private Passphrase(byte[] secret) => this.secret = secret;

    /// <summary>Takes what a person typed; refuses nothing and what is longer than <see cref="MaxLength"/>.</summary>
    public static bool TryCreate(ReadOnlySpan<char> typed, [NotNullWhen(true)] out Passphrase? passphrase)
    {
        passphrase = null;
        if (typed.IsEmpty || typed.Length > MaxLength)
        {
            return false;
        }

        // The same passphrase typed on another keyboard may arrive decomposed.
        var normal = typed.ToString().Normalize(NormalizationForm.FormC);
        passphrase = new Passphrase(Encoding.UTF8.GetBytes(normal));
        return true;
    }

    internal ReadOnlySpan<byte> Bytes => secret;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(secret);

    /// <summary>Never the passphrase.</summary>
    public override string ToString() => "[redacted]";
}
