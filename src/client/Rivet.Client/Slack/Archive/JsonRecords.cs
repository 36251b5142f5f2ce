using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Client.Slack;

/// <summary>Reads the objects of a JSON array one after another, so that those before a damaged one are still good.</summary>
internal sealed class JsonRecords(string entry, ReadOnlyMemory<byte> json, SlackArchiveLimits limits)
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];
    private readonly ReadOnlyMemory<byte> json = json.Span.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json;
    private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = limits.JsonDepth });
    private int consumed;
    private int index = -1;
    private bool started;
    private bool ended;

    /// <summary>The index of the record last read.</summary>
    public int Index => index;

    /// <summary>Bytes the record last read takes in the entry.</summary>
    public int Length { get; private set; }

    /// <summary>Reads the next object; null at the end. After a damage it stays at the end.</summary>
    public Result<JsonElement?, SlackDamage> Next()
    {
        if (ended)
        {
            return (JsonElement?)null;
        }

        index++;
        try
        {
            return Advance();
        }
        catch (JsonException)
        {
            return Damage(SlackDamageKind.NotJson, "this is not valid JSON");
        }
    }

    private Result<JsonElement?, SlackDamage> Advance()
    {
        var reader = new Utf8JsonReader(json.Span[consumed..], isFinalBlock: true, state);
        if (!started)
        {
            started = true;
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return Damage(SlackDamageKind.WrongType, "a list was expected");
            }
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            if (reader.Read())
            {
                return Damage(SlackDamageKind.NotJson, "something follows the list");
            }

            ended = true;
            return (JsonElement?)null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Damage(SlackDamageKind.WrongType, "an object was expected");
        }

        var element = JsonElement.ParseValue(ref reader);
        Length = (int)reader.BytesConsumed;
        consumed += Length;
        state = reader.CurrentState;
        return element;
    }

    private SlackDamage Damage(SlackDamageKind kind, string detail)
    {
        ended = true;
        return new SlackDamage(entry, index, kind, detail);
    }
}
