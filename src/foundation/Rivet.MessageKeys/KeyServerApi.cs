using System.Text.Json;

namespace Rivet.MessageKeys;

/// <summary>The two requests of a key server's API for people's devices, and its refusals. JSON over HTTPS; docs/protocol/company-sealed.md.</summary>
public static class KeyServerApi
{
    /// <summary>Enrols a device with a one-time code.</summary>
    public const string EnrolPath = "/rivet/message-keys/v1/enrol";

    /// <summary>Gives message keys.</summary>
    public const string KeysPath = "/rivet/message-keys/v1/keys";

    /// <summary>The most bytes of a request's body.</summary>
    public const int MostAskBytes = 8 * 1024;

    /// <summary>The most bytes of an answer.</summary>
    public const int MostAnswerBytes = 32 * 1024;

    /// <summary>The most keys that are asked for at once.</summary>
    public const int MostKeys = 64;

    /// <summary>The most characters of a device's name.</summary>
    public const int MostNameCharacters = 100;

    /// <summary>How far a request's time may lie from the key server's, either way.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>Writes an object; the writer's own buffer is zeroed.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        using var stream = new MemoryStream(1024);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        var bytes = stream.ToArray();
        Array.Clear(stream.GetBuffer());
        return bytes;
    }

    /// <summary>Parses an object of bounded depth; null when it is none.</summary>
    public static JsonDocument? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Why a key server gives nothing; the words stand in its answers.</summary>
public static class KeyServerRefusals
{
    /// <summary>401: the signature, its time, or a device that nobody enrolled.</summary>
    public const string Unknown = "unknown-device";

    /// <summary>401: the time is too far from the key server's.</summary>
    public const string WrongTime = "wrong-time";

    /// <summary>401: the request came before.</summary>
    public const string Repeated = "repeated";

    /// <summary>403: the code was used, has ended, or never was.</summary>
    public const string WrongCode = "wrong-code";

    /// <summary>403: the person or the device was revoked.</summary>
    public const string Revoked = "revoked";

    /// <summary>403: the company has thrown its switch.</summary>
    public const string Stopped = "stopped";

    /// <summary>403: a page in a browser asks whose origin the company did not name.</summary>
    public const string WrongOrigin = "wrong-origin";

    /// <summary>400: the request is malformed.</summary>
    public const string Malformed = "malformed";

    /// <summary>503: the key module cannot answer now.</summary>
    public const string Unavailable = "unavailable";
}
