using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>What the store knows of its root: its id, something that it alone opens, and where it is.</summary>
internal sealed record KnownRoot(Guid Id, byte[] CheckValue, RootKind Kind)
{
    public static KnownRoot? Find(ReadSession session)
        => session.QueryFirst(
            // Every column, since recovery also looks at stores from before the kind, which is the last: those have files.
            "SELECT * FROM vault_root",
            row => new KnownRoot(new Guid((byte[])row.GetValue(0), bigEndian: true), (byte[])row.GetValue(1), row.FieldCount > 3 ? (RootKind)row.GetInt32(3) : RootKind.File));

    /// <summary>The key of a file's bytes; null when they are another root.</summary>
    public AesGcmKey? Prove(ReadOnlySpan<byte> root)
    {
        var key = new AesGcmKey(new SealedHeader(Id, 1), root);
        if (key.TryOpen(CheckValue, Binding.OfRoot) is not null)
        {
            return key;
        }

        key.Dispose();
        return null;
    }
}
