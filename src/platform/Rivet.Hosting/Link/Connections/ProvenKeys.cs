using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Rivet.Cryptography;
using KeySizes = Rivet.Cryptography.KeySizes;

namespace Rivet.Hosting.Link.Connections;

/// <summary>
/// Remembers which signatures were found good: a device shows the same one, over its own static key, each time it comes. What is remembered
/// is a whole SHA-256 over key, signature and message, so a good answer is given again only to the very same question, and nothing of it is
/// secret. Safe for concurrent use.
/// </summary>
/// <param name="inner">Verifies what is not remembered.</param>
/// <param name="most">How many are remembered; then the oldest goes.</param>
internal sealed class ProvenKeys(ISignatureVerifier inner, int most = 20_000) : ISignatureVerifier
{
    private readonly Lock gate = new();
    private readonly HashSet<Question> proven = [];
    private readonly Queue<Question> order = [];

    /// <inheritdoc/>
    public async ValueTask<bool> VerifyAsync(
        ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature, CancellationToken ct)
    {
        if (publicKey.Length != KeySizes.IdentityKey || signature.Length != KeySizes.Signature)
        {
            return false;
        }

        var question = Question.Of(publicKey.Span, signature.Span, message.Span);
        if (IsProven(question))
        {
            return true;
        }

        if (!await inner.VerifyAsync(publicKey, message, signature, ct))
        {
            return false;
        }

        Remember(question);
        return true;
    }

    private bool IsProven(Question question)
    {
        lock (gate)
        {
            return proven.Contains(question);
        }
    }

    private void Remember(Question question)
    {
        lock (gate)
        {
            if (proven.Add(question))
            {
                order.Enqueue(question);
            }

            if (proven.Count > most)
            {
                proven.Remove(order.Dequeue());
            }
        }
    }

    /// <summary>The hash of a question. Key and signature have fixed sizes, so no two questions read alike.</summary>
    private readonly record struct Question(UInt128 First, UInt128 Last)
    {
        public static Question Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message)
            => MemoryMarshal.Read<Question>(SHA256.HashData([.. key, .. signature, .. message]));
    }
}
