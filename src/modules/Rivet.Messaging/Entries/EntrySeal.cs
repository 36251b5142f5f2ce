using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Messaging;

/// <summary>Seals and opens what this module stores. The context of every ciphertext says what it is, in ids fixed before ordering.</summary>
internal sealed class EntrySeal(IVault vault, TimeProvider time)
{
    private const string Application = "messaging";

    /// <summary>Seals bodies under the company's key of this month.</summary>
    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(CompanyId company, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
        => vault.SealAsync(ScopeOf(company, KeyPeriod.Of(time.GetUtcNow())), items, ct);

    /// <summary>The key of a month: what was sealed in it dies together.</summary>
    public static KeyScope ScopeOf(CompanyId company, KeyPeriod month) => KeyScope.Of(company, Application, month);

    /// <summary>Seals a title, which outlives the months of the messages under it.</summary>
    public async ValueTask<Result<byte[], VaultRefusal>> SealTitleAsync(
        CompanyId company, ConversationId conversation, ReadOnlyMemory<byte> title, CancellationToken ct)
    {
        var scope = KeyScope.Of(company, Application, KeyPeriod.Unbounded);
        var answer = await vault.SealAsync(scope, new[] { new Plaintext(title, OfTitle(company, conversation)) }, ct);
        return answer.TryGet(out var sealedTitles, out var refusal) ? sealedTitles[0] : refusal;
    }

    public ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(CompanyId company, ReadOnlyMemory<Ciphertext> items, CancellationToken ct)
        => vault.OpenAsync(company, Application, items, ct);

    /// <summary>The context of an entry's content.</summary>
    public static byte[] OfEntry(CompanyId company, ConversationId conversation, byte[] origin)
        => Context("rivet entry v1\0"u8, company, conversation.Value, origin);

    /// <summary>The context of a conversation's title.</summary>
    public static byte[] OfTitle(CompanyId company, ConversationId conversation)
        => Context("rivet title v1\0"u8, company, conversation.Value, []);

    /// <summary>The context of a file's chunk.</summary>
    public static byte[] OfChunk(CompanyId company, ConversationId conversation, FileId file, uint index, bool last)
    {
        Span<byte> tail = stackalloc byte[EntityId.Size + 5];
        file.WriteTo(tail);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(tail[EntityId.Size..], index);
        tail[^1] = last ? (byte)1 : (byte)0;
        return Context("rivet chunk v1\0"u8, company, conversation.Value, tail);
    }

    /// <summary>How this module says what the vault said.</summary>
    public static MessagingRefusal Translate(VaultRefusal refusal) => refusal switch
    {
        VaultRefusal.Unavailable => MessagingRefusal.VaultUnavailable,
        VaultRefusal.Withheld => MessagingRefusal.KeyWithheld,
        VaultRefusal.Destroyed => MessagingRefusal.Destroyed,
        _ => MessagingRefusal.Damaged,
    };

    private static byte[] Context(ReadOnlySpan<byte> label, CompanyId company, Guid conversation, ReadOnlySpan<byte> rest)
    {
        var context = new byte[label.Length + EntityId.Size + EntityId.Size + rest.Length];
        label.CopyTo(context);
        company.WriteTo(context.AsSpan(label.Length));
        conversation.TryWriteBytes(context.AsSpan(label.Length + EntityId.Size), bigEndian: true, out _);
        rest.CopyTo(context.AsSpan(label.Length + EntityId.Size + EntityId.Size));
        return context;
    }
}
