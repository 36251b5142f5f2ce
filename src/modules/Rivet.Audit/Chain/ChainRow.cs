using System.Buffers.Binary;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// A row of the chain as stored. Its hash is SHA-256 over the encoding in the README: every field has a fixed length or
/// its length before it, numbers are big-endian.
/// </summary>
internal sealed record ChainRow
{
    /// <summary>The columns in the order in which they are read and written.</summary>
    public const string Columns =
        "sequence, event_id, company, at_ms, kind, actor_kind, actor_person, actor_via, "
        + "target_kind, target_id, target_company, outcome, details_json, previous_hash, hash";

    public const int HashSize = SHA256.HashSizeInBytes;

    private const int IdSize = 16;
    private static ReadOnlySpan<byte> Format => "rivet audit 1"u8;

    public required long Sequence { get; init; }
    public required byte[] EventId { get; init; }
    public required byte[] Company { get; init; }
    public required long AtMs { get; init; }
    public required string Kind { get; init; }
    public required byte ActorKind { get; init; }
    public required byte[] ActorPerson { get; init; }
    public required byte[] ActorVia { get; init; }
    public required string TargetKind { get; init; }
    public required byte[] TargetId { get; init; }
    public required byte[] TargetCompany { get; init; }
    public required byte Outcome { get; init; }
    public required string DetailsJson { get; init; }
    public required byte[] PreviousHash { get; init; }
    public byte[] Hash { get; init; } = [];

    /// <summary>Makes the row of an event, with its hash.</summary>
    public static ChainRow Of(SecurityEvent fact, long sequence, byte[] previousHash)
    {
        var row = new ChainRow
        {
            Sequence = sequence,
            EventId = fact.Id.ToBytes(),
            Company = fact.Actor.Company.ToBytes(),
            AtMs = fact.At.ToUnixTimeMilliseconds(),
            Kind = fact.Kind,
            ActorKind = (byte)fact.Actor.Kind,
            ActorPerson = fact.Actor.Person.ToBytes(),
            ActorVia = fact.Actor.Via.ToByteArray(bigEndian: true),
            TargetKind = fact.Target.Kind,
            TargetId = fact.Target.Id.ToByteArray(bigEndian: true),
            TargetCompany = fact.Target.Company.ToBytes(),
            Outcome = (byte)fact.Outcome,
            DetailsJson = JsonSerializer.Serialize(new SortedDictionary<string, string>(
                fact.Details.ToDictionary(detail => detail.Key, detail => detail.Value), StringComparer.Ordinal)),
            PreviousHash = previousHash,
        };
        return row with { Hash = row.ComputeHash() };
    }

    /// <summary>Reads a row; false when a column is not even of its kind any more.</summary>
    public static bool TryRead(DbDataReader row, [NotNullWhen(true)] out ChainRow? read)
    {
        read = null;
        for (var column = 0; column < 15; column++)
        {
            var isRight = column switch
            {
                0 or 3 => row.GetValue(column) is long,
                5 or 11 => row.GetValue(column) is long and >= 0 and <= byte.MaxValue,
                4 or 8 or 12 => row.GetValue(column) is string,
                13 or 14 => row.GetValue(column) is byte[] { Length: HashSize },
                _ => row.GetValue(column) is byte[] { Length: IdSize },
            };
            if (!isRight)
            {
                return false;
            }
        }

        read = new ChainRow
        {
            Sequence = row.GetInt64(0),
            EventId = (byte[])row.GetValue(1),
            Company = (byte[])row.GetValue(2),
            AtMs = row.GetInt64(3),
            Kind = row.GetString(4),
            ActorKind = row.GetByte(5),
            ActorPerson = (byte[])row.GetValue(6),
            ActorVia = (byte[])row.GetValue(7),
            TargetKind = row.GetString(8),
            TargetId = (byte[])row.GetValue(9),
            TargetCompany = (byte[])row.GetValue(10),
            Outcome = row.GetByte(11),
            DetailsJson = row.GetString(12),
            PreviousHash = (byte[])row.GetValue(13),
            Hash = (byte[])row.GetValue(14),
        };
        return true;
    }

    /// <summary>The event again.</summary>
    /// <exception cref="JsonException">The details were changed.</exception>
    public SecurityEvent ToEvent() => new()
    {
        Id = new(new Guid(EventId, bigEndian: true)),
        At = DateTimeOffset.FromUnixTimeMilliseconds(AtMs),
        Kind = Kind,
        Actor = new(
            (SubjectKind)ActorKind, new(new Guid(Company, bigEndian: true)), new(new Guid(ActorPerson, bigEndian: true)), new Guid(ActorVia, bigEndian: true)),
        Target = new(TargetKind, new Guid(TargetId, bigEndian: true), new(new Guid(TargetCompany, bigEndian: true))),
        Outcome = (EventOutcome)Outcome,
        Details = JsonSerializer.Deserialize<Dictionary<string, string>>(DetailsJson) ?? [],
    };

    /// <summary>The hash that the fields give.</summary>
    public byte[] ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Format);
        hash.AppendData(PreviousHash);
        Append(hash, Sequence);
        hash.AppendData(EventId);
        hash.AppendData(Company);
        Append(hash, AtMs);
        Append(hash, Kind);
        hash.AppendData([ActorKind]);
        hash.AppendData(ActorPerson);
        hash.AppendData(ActorVia);
        Append(hash, TargetKind);
        hash.AppendData(TargetId);
        hash.AppendData(TargetCompany);
        hash.AppendData([Outcome]);
        Append(hash, DetailsJson);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
