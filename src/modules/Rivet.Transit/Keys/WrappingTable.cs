using Rivet.Storage;

namespace Rivet.Transit.Keys;

/// <summary><c>transit_wrapping</c>: at most one wrapping key for an application, which serves one import.</summary>
internal static class WrappingTable
{
    public static WrappingKey? Find(ReadSession session, Guid application, DateTimeOffset notBefore)
        => session.QueryFirst(
            "SELECT wrapping_id, sealed, public FROM transit_wrapping WHERE application = $1 AND created_ms > $2",
            row => new WrappingKey(new((byte[])row.GetValue(0), bigEndian: true), (byte[])row.GetValue(1), row.GetString(2)),
            KeyTable.Bytes(application), notBefore.ToUnixTimeMilliseconds());

    public static void Put(WriteTransaction transaction, Guid application, WrappingKey key, DateTimeOffset now)
    {
        Forget(transaction, application);
        transaction.Execute(
            "INSERT INTO transit_wrapping (application, wrapping_id, sealed, public, created_ms) VALUES ($1, $2, $3, $4, $5)",
            KeyTable.Bytes(application), KeyTable.Bytes(key.Id), key.Sealed, key.Public, now.ToUnixTimeMilliseconds());
    }

    /// <summary>Spends it; false when somebody else did.</summary>
    public static bool Spend(WriteTransaction transaction, Guid application, Guid id)
    {
        transaction.Execute(
            "UPDATE transit_wrapping SET sealed = zeroblob(length(sealed)) WHERE application = $1 AND wrapping_id = $2", KeyTable.Bytes(application), KeyTable.Bytes(id));
        transaction.ForgetOverwritten();
        return transaction.Execute("DELETE FROM transit_wrapping WHERE application = $1 AND wrapping_id = $2", KeyTable.Bytes(application), KeyTable.Bytes(id)) == 1;
    }

    public static void Forget(WriteTransaction transaction, Guid application)
    {
        if (transaction.Execute("UPDATE transit_wrapping SET sealed = zeroblob(length(sealed)) WHERE application = $1", KeyTable.Bytes(application)) > 0)
        {
            transaction.ForgetOverwritten();
            transaction.Execute("DELETE FROM transit_wrapping WHERE application = $1", KeyTable.Bytes(application));
        }
    }
}

/// <summary>A wrapping key: RSA-4096, the private half sealed.</summary>
internal sealed record WrappingKey(Guid Id, byte[] Sealed, string Public);
