using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>The requests in the store.</summary>
internal static class KeyRequestTable
{
    private const string Columns = "request_id, company, action, version, payload, state, asked_by, asked_ms, decided_by, decided_ms";

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

    /// <summary>Notes the decision, and forgets what was prepared.</summary>
    public static void Decide(WriteTransaction transaction, KeyRequest request, KeyRequestState state, PersonId by, DateTimeOffset at)
        => transaction.Execute(
            "UPDATE vault_request SET state = $2, decided_by = $3, decided_ms = $4, payload = zeroblob(length(payload)) WHERE request_id = $1",
            Binding.Bytes(request.Id), (int)state, by.ToBytes(), at.ToUnixTimeMilliseconds());

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
