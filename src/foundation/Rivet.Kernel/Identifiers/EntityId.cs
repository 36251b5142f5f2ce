using System.Diagnostics.CodeAnalysis;

namespace Rivet.Kernel;

/// <summary>A typed identifier over a version 7 UUID. An identifier is never a secret.</summary>
/// <typeparam name="TSelf">The identifier's own type.</typeparam>
public interface IEntityId<TSelf>
    where TSelf : struct, IEntityId<TSelf>
{
    /// <summary>The UUID; <see cref="Guid.Empty"/> is refused at the edge.</summary>
    Guid Value { get; }

    /// <summary>Wraps a UUID.</summary>
    static abstract TSelf From(Guid value);
}

/// <summary>Creation and the two forms of identifiers: 16 big-endian bytes, and 32 lower-case hexadecimal digits.</summary>
public static class EntityId
{
    /// <summary>Length of the binary form in bytes.</summary>
    public const int Size = 16;

    /// <summary>Makes a new identifier that sorts by the time of its making (RFC 9562 §5.7).</summary>
    public static TId New<TId>(TimeProvider time)
        where TId : struct, IEntityId<TId>
    {
        ArgumentNullException.ThrowIfNull(time);
        return TId.From(Guid.CreateVersion7(time.GetUtcNow()));
    }

    /// <summary>The 16 bytes, big-endian.</summary>
    public static byte[] ToBytes<TId>(this TId id)
        where TId : struct, IEntityId<TId>
        => id.Value.ToByteArray(bigEndian: true);

    /// <summary>Writes the 16 bytes, big-endian.</summary>
    public static void WriteTo<TId>(this TId id, Span<byte> destination)
        where TId : struct, IEntityId<TId>
    {
        if (!id.Value.TryWriteBytes(destination, bigEndian: true, out _))
        {
            throw new ArgumentException("An identifier needs 16 bytes.", nameof(destination));
        }
    }

    /// <summary>Reads the binary form; refuses any other length and the empty UUID.</summary>
    public static bool TryRead<TId>(ReadOnlySpan<byte> bytes, out TId id)
        where TId : struct, IEntityId<TId>
    {
        id = default;
        if (bytes.Length != Size)
        {
            return false;
        }

        id = TId.From(new Guid(bytes, bigEndian: true));
        return id.Value != Guid.Empty;
    }

    /// <summary>Reads bytes that this system wrote itself, such as a column of its own table.</summary>
    /// <exception cref="FormatException">The bytes are no identifier: the store is damaged.</exception>
    public static TId Read<TId>(ReadOnlySpan<byte> bytes)
        where TId : struct, IEntityId<TId>
        => TryRead<TId>(bytes, out var id) ? id : throw new FormatException($"{bytes.Length} bytes are no {typeof(TId).Name}.");

    /// <summary>Reads the text form, with or without hyphens; refuses the empty UUID.</summary>
    public static bool TryParse<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, IEntityId<TId>
    {
        id = default;
        if (!Guid.TryParse(text, out var value) || value == Guid.Empty)
        {
            return false;
        }

        id = TId.From(value);
        return true;
    }

    /// <summary>The text form.</summary>
    public static string Format(Guid value) => value.ToString("N");
}
