using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>The requests in the store.</summary>
internal static class KeyRequestTable
{
    private const string Columns = "request_id, company, action, version, wrapped, state, asked_by, asked_ms, decided_by, decided_ms";

    public static KeyRequest? Find(ReadSession session, CompanyId company, Guid id)
        => session.QueryFirst($"SELECT {Columns} FROM vault_request WHERE request_id = $1 AND company = $2", Map, Binding.Bytes(id), company.ToBytes());

    /// <summary>The newest first.</summary>
    public static List<KeyRequest> Newest(ReadSession session, CompanyId company, int most)
        => session.Query($"SELECT {Columns} FROM vault_request WHERE company = $1 ORDER BY asked_ms DESC LIMIT $2", Map, company.ToBytes(), most);

    public static void Add(WriteTransaction transaction, KeyRequest request)
        => transaction.Execute(
            $"INSERT INTO vault_request ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL)",
            Binding.Bytes(request.Id), request.Company.ToBytes(), (int)request.Action, (long)request.Version, request.Payload, (int)request.State,
            request.AskedBy.ToBytes(), request.AskedAt.ToUnixTimeMilliseconds());

    /// <summary>Notes the decision, and overwrites what was prepared.</summary>
    public static void Decide(WriteTransaction transaction, KeyRequest request, KeyRequestState state, PersonId by, DateTimeOffset at)
    {
        transaction.Execute(
            "UPDATE vault_request SET state = $2, decided_by = $3, decided_ms = $4, wrapped = zeroblob(length(wrapped)) WHERE request_id = $1",
            Binding.Bytes(request.Id), (int)state, by.ToBytes(), at.ToUnixTimeMilliseconds());
        transaction.ForgetOverwritten();
    }

    /// <summary>Overwrites what was prepared for requests that nobody decided in time, and for all open ones of a company that is given.</summary>
    public static int Clear(WriteTransaction transaction, DateTimeOffset before, CompanyId? company)
    {
        var cleared = transaction.Execute(
            """
            UPDATE vault_request SET wrapped = zeroblob(length(wrapped))
            WHERE state = $1 AND (asked_ms <= $2 OR company = $3) AND wrapped <> zeroblob(length(wrapped))
            """,
            (int)KeyRequestState.Open, before.ToUnixTimeMilliseconds(), company?.ToBytes());
        if (cleared > 0)
        {
            transaction.ForgetOverwritten();
        }

        return cleared;
    }

    /// <summary>Whether somebody's request was left undecided with something prepared.</summary>
    public static bool HasLate(ReadSession session, DateTimeOffset before)
        => session.QueryFirst(
            "SELECT EXISTS (SELECT 1 FROM vault_request WHERE state = $1 AND asked_ms <= $2 AND wrapped <> zeroblob(length(wrapped)))",
            row => row.GetInt64(0) == 1, (int)KeyRequestState.Open, before.ToUnixTimeMilliseconds());

    private static KeyRequest Map(DbDataReader row) => new()
    {
        Id = new((byte[])row.GetValue(0), bigEndian: true),
        Company = new(new((byte[])row.GetValue(1), bigEndian: true)),
        Action = (KeyAction)row.GetInt32(2),
        Version = (uint)row.GetInt64(3),
        Payload = (byte[])row.GetValue(4),
        State = (KeyRequestState)row.GetInt32(5),
        AskedBy = new(new((byte[])row.GetValue(6), bigEndian: true)),
        AskedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        DecidedBy = row.IsDBNull(8) ? default : new(new((byte[])row.GetValue(8), bigEndian: true)),
        DecidedAt = row.IsDBNull(9) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)),
    };
}
