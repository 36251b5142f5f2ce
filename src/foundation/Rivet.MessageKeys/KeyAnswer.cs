using System.Text.Json;

namespace Rivet.MessageKeys;

/// <summary>
/// What a key server gives: the key that seals now, those that were asked for, why some are not given, and for how long a device may keep them in memory.
/// Owns its keys.
/// </summary>
public sealed class KeyAnswer : IDisposable
{
    /// <summary>The longest time that keys are kept, whatever a server says.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(1);

    /// <summary>The shortest.</summary>
    public static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(1);

    /// <summary>For how long the keys may be kept from the moment they were asked for.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>The key that seals; null when the company has none.</summary>
    public MessageKeyId? Current { get; init; }

    /// <summary>The keys that are given.</summary>
    public required IReadOnlyList<MessageKey> Keys { get; init; }

    /// <summary>Keys that are never given again.</summary>
    public required IReadOnlyList<MessageKeyId> Destroyed { get; init; }

    /// <summary>Names of which the server knows no key.</summary>
    public required IReadOnlyList<MessageKeyId> Missing { get; init; }

    /// <summary>Names for which the server gave other keys: it is wrong, or lies.</summary>
    public IReadOnlyList<MessageKeyId> Wrong { get; init; } = [];

    /// <summary>As JSON, with the keys in clear: for TLS alone, and the caller zeroes it.</summary>
    public byte[] ToJson() => KeyServerApi.Write(json =>
    {
        json.WriteNumber("lifetimeSeconds", (long)Lifetime.TotalSeconds);
        if (Current is { } current)
        {
            json.WriteString("current", current.ToString());
        }

        json.WriteStartArray("keys");
        foreach (var key in Keys)
        {
            json.WriteStartObject();
            json.WriteString("id", key.Id.ToString());
            json.WriteNumber("epoch", key.Epoch);
            json.WriteBase64String("key", key.Secret);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Names(json, "destroyed", Destroyed);
        Names(json, "missing", Missing);
    });

    /// <summary>Reads an answer; null when it is malformed. A key that is not of its name is not taken.</summary>
    public static KeyAnswer? TryParse(ReadOnlyMemory<byte> bytes)
    {
        using var document = KeyServerApi.Read(bytes);
        if (document?.RootElement is not { } root
            || !root.TryGetProperty("lifetimeSeconds", out var seconds) || !seconds.TryGetInt64Safe(out var lifetime)
            || !TryNames(root, "destroyed", out var destroyed) || !TryNames(root, "missing", out var missing)
            || !root.TryGetProperty("keys", out var listed) || listed.ValueKind is not JsonValueKind.Array || listed.GetArrayLength() > KeyServerApi.MostKeys + 1)
        {
            return null;
        }

        MessageKeyId? current = null;
        if (root.TryGetProperty("current", out var named))
        {
            if (named.ValueKind is not JsonValueKind.String || !MessageKeyId.TryParse(named.GetString(), out var id))
            {
                return null;
            }

            current = id;
        }

        var (keys, wrong) = (new List<MessageKey>(), new List<MessageKeyId>());
        foreach (var one in listed.EnumerateArray())
        {
            if (one.ValueKind is not JsonValueKind.Object || !one.TryGetProperty("id", out var name) || name.ValueKind is not JsonValueKind.String
                || !MessageKeyId.TryParse(name.GetString(), out var id)
                || !one.TryGetProperty("epoch", out var number) || number.ValueKind is not JsonValueKind.Number || !number.TryGetUInt32(out var epoch)
                || !one.TryGetProperty("key", out var value) || value.ValueKind is not JsonValueKind.String || !value.TryGetBytesFromBase64(out var secret))
            {
                keys.ForEach(key => key.Dispose());
                return null;
            }

            if (MessageKey.TryTake(id, epoch, secret) is { } key)
            {
                keys.Add(key);
            }
            else
            {
                wrong.Add(id);
            }
        }

        return new KeyAnswer
        {
            Lifetime = TimeSpan.FromSeconds(Math.Clamp(lifetime, (long)ShortestLifetime.TotalSeconds, (long)LongestLifetime.TotalSeconds)),
            Current = current, Keys = keys, Destroyed = destroyed, Missing = missing, Wrong = wrong,
        };
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        foreach (var key in Keys)
        {
            key.Dispose();
        }
    }

    private static void Names(Utf8JsonWriter json, string name, IReadOnlyList<MessageKeyId> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            json.WriteStringValue(id.ToString());
        }

        json.WriteEndArray();
    }

    private static bool TryNames(JsonElement root, string name, out IReadOnlyList<MessageKeyId> ids)
    {
        ids = [];
        if (!root.TryGetProperty(name, out var array) || array.ValueKind is not JsonValueKind.Array || array.GetArrayLength() > KeyServerApi.MostKeys)
        {
            return false;
        }

        var found = new List<MessageKeyId>();
        foreach (var one in array.EnumerateArray())
        {
            if (one.ValueKind is not JsonValueKind.String || !MessageKeyId.TryParse(one.GetString(), out var id))
            {
                return false;
            }

            found.Add(id);
        }

        ids = found;
        return true;
    }
}

internal static class JsonNumbers
{
    public static bool TryGetInt64Safe(this JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind is JsonValueKind.Number && element.TryGetInt64(out value);
    }
}
