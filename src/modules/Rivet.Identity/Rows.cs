using System.Data.Common;
using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>Columns as Identity's types.</summary>
internal static class Rows
{
    public static byte[] Bytes(this DbDataReader row, int column) => (byte[])row.GetValue(column);

    public static TId Id<TId>(this DbDataReader row, int column)
        where TId : struct, IEntityId<TId>
        => EntityId.Read<TId>(row.Bytes(column));

    /// <summary>An identifier that may be missing.</summary>
    public static TId IdOrNone<TId>(this DbDataReader row, int column)
        where TId : struct, IEntityId<TId>
        => row.IsDBNull(column) ? default : row.Id<TId>(column);

    /// <summary>The bytes of an identifier that may be missing.</summary>
    public static byte[]? BytesOrNull<TId>(this TId id)
        where TId : struct, IEntityId<TId>
        => id.Value == Guid.Empty ? null : id.ToBytes();
}
