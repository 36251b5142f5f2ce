namespace Rivet.Messaging.Tests;

/// <summary>The store's files as they lie on disk, the log beside it included.</summary>
internal static class StoredBytes
{
    public static bool Contain(TestState state, ReadOnlySpan<byte> bytes)
    {
        var found = false;
        foreach (var path in Directory.GetFiles(state.Folder.Path, "rivet.db*"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            found |= copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(bytes) >= 0;
        }

        return found;
    }
}
