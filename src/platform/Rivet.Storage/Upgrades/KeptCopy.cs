namespace Rivet.Storage;

/// <summary>
/// The store from before an upgrade, whole, in the same folder: <c>rivet.before-0.2.0.db</c>. Put in the store's place it is a life
/// of its own, whose numbers devices do not mix up with those they saw after the upgrade.
/// </summary>
internal static class KeptCopy
{
    private const string Prefix = "rivet.before-";
    private const string Unfinished = ".partial";

    /// <summary>How long one is kept. It holds keys that may be destroyed meanwhile.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes the copy for an upgrade to this program, in place of one that an earlier attempt left.</summary>
    /// <exception cref="UpgradeException">There is no room, or the disk refused; nothing is left.</exception>
    public static string Make(StoreCopy state, string folder, DateTimeOffset now, Action<UpgradeProgress> progress)
    {
        var path = Path.Combine(folder, $"{Prefix}{ProgramVersion.Current}.db");
        var partial = path + Unfinished;
        File.Delete(partial);
        File.Delete(path);
        DiskRoom.Demand(DiskRoom.For(state.Bytes), folder);
        try
        {
            state.WriteTo(partial, progress, CancellationToken.None);
            BeginLife(partial, now);
            File.Move(partial, path);
            FolderSync.Of(folder);
            return path;
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Removes what is older than it may become; gives how many.</summary>
    public static int Expire(string folder, DateTimeOffset now)
    {
        var old = Directory.EnumerateFiles(folder, Prefix + "*").Where(file => now - File.GetLastWriteTimeUtc(file) > Kept).ToArray();
        Array.ForEach(old, File.Delete);
        return old.Length;
    }

    /// <summary>The versions before lives were counted have nobody to tell.</summary>
    private static void BeginLife(string path, DateTimeOffset now) => StoreFile.Write(path, transaction =>
    {
        if (transaction.QueryFirst("SELECT count(*) FROM sqlite_master WHERE name = 'storage_incarnation'", row => row.GetInt64(0)) == 1)
        {
            Incarnation.Begin(transaction, now);
        }
    });
}
