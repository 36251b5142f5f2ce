using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>Open imports of keys that customers made: a key pair each, inside the module where the root is in one, which serves once and for half an hour.</summary>
internal sealed class Imports(RootKey root, CompanyKeys companies, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);
    private const int MostOfACompany = 3;
    private const int Most = 64;
    private readonly ConcurrentDictionary<Guid, Begun> open = new();

    /// <summary>Makes a key pair; takes a second, more in a module.</summary>
    public async ValueTask<Result<OpenImport, KeyRefusal>> BeginAsync(CompanyId company, CancellationToken ct)
    {
        Expire();
        if (open.Count >= Most || open.Values.Count(one => one.Company == company) >= MostOfACompany)
        {
            return KeyRefusal.TooManyImports;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var made = await Task.Run(() => Make(id), ct);
        if (!made.TryGet(out var pair, out var why))
        {
            return why;
        }

        open[id] = new(company, pair, time.GetTimestamp());
        return new OpenImport(id, PemEncoding.WriteString("PUBLIC KEY", pair.PublicKey.Span), pair.IsSha1, time.GetUtcNow() + Lasts);
    }

    /// <summary>Opens what was wrapped for an import; the import is used up whatever comes of it.</summary>
    public Result<CompanyKeyRow, KeyRefusal> Finish(CompanyId company, Guid id, ReadOnlyMemory<byte> wrapped, SealedHeader name)
    {
        Expire();
        if (!open.TryGetValue(id, out var begun) || begun.Company != company || !open.TryRemove(KeyValuePair.Create(id, begun)))
        {
            return KeyRefusal.NoImport;
        }

        using (begun.Pair)
        {
            return begun.Pair.Finish(company, wrapped.Span, name, companies);
        }
    }

    public void Dispose()
    {
        foreach (var begun in open.Values)
        {
            begun.Pair.Dispose();
        }
    }

    private Result<ImportPair, KeyRefusal> Make(Guid id) => root.Root switch
    {
        null => KeyRefusal.Unavailable,
        ModuleRoot module => module.TryMakePair(id, out var pair) is { } refusal ? refusal : new ModulePair(module, pair!),
        _ => new MemoryPair(),
    };

    private void Expire()
    {
        foreach (var (id, begun) in open.Where(one => time.GetElapsedTime(one.Value.Since) >= Lasts))
        {
            if (open.TryRemove(KeyValuePair.Create(id, begun)))
            {
                begun.Pair.Dispose();
            }
        }
    }

    private sealed record Begun(CompanyId Company, ImportPair Pair, long Since);
}

/// <summary>An import that was begun.</summary>
/// <param name="Id">Names it.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, PEM.</param>
/// <param name="IsSha1">Whether OAEP takes SHA-1, since the module knows no other and its owner allowed it; SHA-256 otherwise.</param>
/// <param name="Until">Until when it can be used.</param>
internal sealed record OpenImport(Guid Id, string PublicKey, bool IsSha1, DateTimeOffset Until);
