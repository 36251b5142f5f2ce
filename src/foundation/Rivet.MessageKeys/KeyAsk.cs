using System.Text.Json;

namespace Rivet.MessageKeys;

/// <summary>A device asks for keys by their names; the one that seals now is given with every answer.</summary>
/// <param name="Wanted">At most <see cref="KeyServerApi.MostKeys"/>.</param>
public sealed record KeyAsk(IReadOnlyList<MessageKeyId> Wanted)
{
    /// <summary>As JSON.</summary>
    public byte[] ToJson() => KeyServerApi.Write(json =>
    {
        json.WriteStartArray("wanted");
        foreach (var id in Wanted)
        {
            json.WriteStringValue(id.ToString());
        }

        json.WriteEndArray();
    });

    /// <summary>Reads a request; null when it is malformed.</summary>
    public static KeyAsk? TryParse(ReadOnlyMemory<byte> bytes)
    {
        using var document = KeyServerApi.Read(bytes);
        if (document?.RootElement is not { } root || !root.TryGetProperty("wanted", out var array)
            || array.ValueKind is not JsonValueKind.Array || array.GetArrayLength() > KeyServerApi.MostKeys)
        {
            return null;
        }

        var wanted = new List<MessageKeyId>();
        foreach (var one in array.EnumerateArray())
        {
            if (one.ValueKind is not JsonValueKind.String || !MessageKeyId.TryParse(one.GetString(), out var id))
            {
                return null;
            }

            wanted.Add(id);
        }

        return new KeyAsk(wanted);
    }
}

/// <summary>A device enrols: the code it was given, and what it is called.</summary>
/// <param name="Code">The one-time code as typed; a secret.</param>
/// <param name="Device">The device's name.</param>
public sealed record EnrolAsk(string Code, string Device)
{
    /// <summary>As JSON.</summary>
    public byte[] ToJson() => KeyServerApi.Write(json =>
    {
        json.WriteString("code", Code);
        json.WriteString("device", Device);
    });

    /// <summary>Reads a request; null when it is malformed.</summary>
    public static EnrolAsk? TryParse(ReadOnlyMemory<byte> bytes)
    {
        using var document = KeyServerApi.Read(bytes);
        return document?.RootElement is { } root
            && root.TryGetProperty("code", out var code) && code.ValueKind is JsonValueKind.String
            && root.TryGetProperty("device", out var device) && device.ValueKind is JsonValueKind.String
            && code.GetString() is { Length: <= 64 } said && device.GetString() is { Length: > 0 and <= KeyServerApi.MostNameCharacters } name
            ? new EnrolAsk(said, name)
            : null;
    }

    /// <summary>Never the code.</summary>
    public override string ToString() => $"enrol {Device}";
}
