using System.Security.Cryptography;

namespace Rivet.Backup;

/// <summary>The packs of a run while it is made: what an earlier pack holds is pointed at, the rest is written.</summary>
internal sealed class RunPacks : IDisposable
{
    private readonly BackupFolder folder;
    private readonly byte[] recipient;
    private readonly string name;
    private readonly SealedWriter keys;
    private readonly List<PackFile> files = [];
    private readonly Dictionary<string, Segment> known = [];
    private readonly List<string> lost = [];
    private SealedWriter? data;

    public RunPacks(BackupFolder folder, int number, byte[] recipient, byte[] epochKey, RunManifest? last)
    {
        this.folder = folder;
        this.recipient = recipient;
        name = BackupFolder.Name(number, ".pack");
        Remember(last);
        keys = new SealedWriter(folder.KeyPack(number), SealedKind.Keys, epochKey);
    }

    /// <summary>Bytes of rows so far.</summary>
    public long Read { get; private set; }

    /// <summary>Bytes that were new.</summary>
    public long Stored { get; private set; }

    public IReadOnlyList<PackFile> Files => files;

    public IReadOnlyList<string> Lost => lost;

    public Segment Add(ReadOnlySpan<byte> bytes, bool isKeys)
    {
        Read += bytes.Length;
        var hash = SHA256.HashData(bytes);

        // Keys are always stored anew: an earlier key pack ends with its epoch.
        if (!isKeys && known.TryGetValue(Convert.ToHexString(hash), out var segment))
        {
            return segment;
        }

        var writer = isKeys ? keys : data ??= new SealedWriter(folder.DataPack(name), SealedKind.Data, recipient);
        var made = new Segment(isKeys ? Segment.KeyPack : files.Count, writer.Position, bytes.Length, hash);
        writer.Write(bytes);
        Stored += bytes.Length;
        if (!isKeys)
        {
            known.Add(Convert.ToHexString(hash), made);
        }

        return made;
    }

    /// <summary>Makes the packs whole and durable.</summary>
    public void Finish()
    {
        keys.Finish();
        if (data is not null)
        {
            data.Finish();
            files.Add(new(name, data.FileLength));
        }
    }

    public void Dispose()
    {
        keys.Dispose();
        data?.Dispose();
    }

    private void Remember(RunManifest? last)
    {
        var gone = new HashSet<int>();
        foreach (var (pack, index) in (last?.Packs ?? []).Select((pack, index) => (pack, index)))
        {
            if (new FileInfo(folder.DataPack(pack.Name)) is not { Exists: true } file || file.Length != pack.Length)
            {
                gone.Add(index);
                lost.Add(pack.Name);
            }

            files.Add(pack);
        }

        foreach (var segment in (last?.Tables ?? []).Where(table => !table.IsKeys).SelectMany(table => table.Segments).Where(segment => !gone.Contains(segment.Pack)))
        {
            known.TryAdd(Convert.ToHexString(segment.Hash), segment);
        }
    }
}
