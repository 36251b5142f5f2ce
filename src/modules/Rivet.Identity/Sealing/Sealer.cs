using System.Text;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Identity.Sealing;

/// <summary>Seals and opens what Identity stores: names, handles and keys. The context says whose and which one.</summary>
internal sealed class Sealer(IVault vault)
{
    private const string Application = "identity";

    /// <summary>Seals all or none, in order. An empty company is the platform itself.</summary>
    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(CompanyId company, ReadOnlyMemory<Clear> items, CancellationToken ct)
    {
        var plaintexts = new Plaintext[items.Length];
        for (var index = 0; index < plaintexts.Length; index++)
        {
            var item = items.Span[index];
            plaintexts[index] = new Plaintext(item.Bytes, Context(company, item.Slot));
        }

        return vault.SealAsync(KeyScope.Of(company, Application, KeyPeriod.Unbounded), plaintexts, ct);
    }

    /// <summary>Opens all, in order, or gives the first refusal.</summary>
    public async ValueTask<Result<byte[][], VaultRefusal>> OpenAsync(CompanyId company, ReadOnlyMemory<Sealed> items, CancellationToken ct)
    {
        var ciphertexts = new Ciphertext[items.Length];
        for (var index = 0; index < ciphertexts.Length; index++)
        {
            var item = items.Span[index];
            ciphertexts[index] = new Ciphertext(item.Bytes, Context(company, item.Slot));
        }

        var answers = await vault.OpenAsync(company, Application, ciphertexts, ct);
        var opened = new byte[answers.Length][];
        for (var index = 0; index < opened.Length; index++)
        {
            if (!answers[index].TryGet(out var bytes, out var refusal))
            {
                return refusal;
            }

            opened[index] = bytes;
        }

        return opened;
    }

    /// <summary>Opens texts.</summary>
    public async ValueTask<Result<string[], VaultRefusal>> OpenTextsAsync(CompanyId company, ReadOnlyMemory<Sealed> items, CancellationToken ct)
    {
        var opened = await OpenAsync(company, items, ct);
        return opened.TryGet(out var bytes, out var refusal) ? Array.ConvertAll(bytes, Encoding.UTF8.GetString) : refusal;
    }

    private static byte[] Context(CompanyId company, Slot slot)
    {
        var kind = Encoding.ASCII.GetByteCount(slot.Kind);
        var context = new byte[kind + 1 + (2 * EntityId.Size)];
        Encoding.ASCII.GetBytes(slot.Kind, context);
        company.WriteTo(context.AsSpan(kind + 1));
        slot.Id.TryWriteBytes(context.AsSpan(kind + 1 + EntityId.Size), bigEndian: true, out _);
        return context;
    }
}

/// <summary>A column of one row: where a ciphertext belongs, and nowhere else.</summary>
internal readonly record struct Slot(string Kind, Guid Id)
{
    public static Slot CompanyName(CompanyId company) => new("company-name", company.Value);

    public static Slot IndexKey(CompanyId company) => new("index-key", company.Value);

    public static Slot PersonName(PersonId person) => new("person-name", person.Value);

    public static Slot Handle(PersonId person) => new("handle", person.Value);

    public static Slot DeviceName(DeviceId device) => new("device-name", device.Value);

    public static Slot InvitedName(Guid invitation) => new("invited-name", invitation);

    public static Slot ServerStaticKey => new("server-static-key", Guid.Empty);
}

/// <summary>Something to seal.</summary>
internal readonly record struct Clear(Slot Slot, byte[] Bytes)
{
    public Clear(Slot slot, string text)
        : this(slot, Encoding.UTF8.GetBytes(text))
    {
    }
}

/// <summary>Something to open.</summary>
internal readonly record struct Sealed(Slot Slot, byte[] Bytes);
