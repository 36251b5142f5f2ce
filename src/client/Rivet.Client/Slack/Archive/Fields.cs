using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rivet.Client.Slack;

/// <summary>
/// Typed access to the fields of a JSON object. A field of a wrong type reads as absent and is remembered in
/// <see cref="Wrong"/>, which whoever parsed the object asks once at the end.
/// </summary>
internal sealed partial class Fields(JsonElement element)
{
    /// <summary>What is wrong, in one sentence; null while all is well.</summary>
    public string? Wrong { get; private set; }

    public string? Text(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? TextOf(value) : Refuse<string>(name, "a text");
    }

    public string RequiredText(string name)
    {
        if (Text(name) is { Length: > 0 } text)
        {
            return text;
        }

        Wrong ??= $"{name} is missing";
        return "";
    }

    /// <summary>A required name of something, short enough to be an external id.</summary>
    public string Id(string name) => ExternalId.Bounded(RequiredText(name));

    public long Number(string name)
    {
        if (!TryGet(name, out var value))
        {
            return 0;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
        {
            return number;
        }

        Wrong ??= $"{name} is not a whole number";
        return 0;
    }

    /// <summary>A time stamp such as "1482120840.000002", also when it was written as a number.</summary>
    public SlackTime? Time(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => TextOf(value),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        if (text is not null && SlackTime.TryParse(text, out var time))
        {
            return time;
        }

        Wrong ??= $"{name} is not a time stamp";
        return null;
    }

    public Fields? Object(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object ? new Fields(value) : Refuse<Fields>(name, "an object");
    }

    /// <summary>Reads a list of objects; what is wrong in one of them is wrong here.</summary>
    public IReadOnlyList<T> Objects<T>(string name, Func<Fields, T> read)
    {
        if (!TryGetList(name, out var list))
        {
            return [];
        }

        var items = new List<T>(list.GetArrayLength());
        foreach (var value in list.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                Wrong ??= $"{name} holds something that is not an object";
                return [];
            }

            var fields = new Fields(value);
            items.Add(read(fields));
            Wrong ??= fields.Wrong;
        }

        return items;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        if (!TryGetList(name, out var list))
        {
            return [];
        }

        var texts = new List<string>(list.GetArrayLength());
        foreach (var value in list.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                Wrong ??= $"{name} holds something that is not a text";
                return [];
            }

            texts.Add(TextOf(value) ?? "");
        }

        return texts;
    }

    /// <summary>All values of fields called "text" below, in their order: the words of a message made of blocks.</summary>
    public IEnumerable<string> TextsBelow(string name)
        => element.TryGetProperty(name, out var value) ? Below(value) : [];

    public void Inherit(Fields? inner) => Wrong ??= inner?.Wrong;

    private IEnumerable<string> Below(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return value.EnumerateArray().SelectMany(Below);
            case JsonValueKind.Object:
                return value.EnumerateObject().SelectMany(field => field switch
                {
                    { Name: "text", Value.ValueKind: JsonValueKind.String } => [TextOf(field.Value) ?? ""],
                    { Value.ValueKind: JsonValueKind.Array or JsonValueKind.Object } => Below(field.Value),
                    _ => [],
                });
            default:
                return [];
        }
    }

    private bool TryGet(string name, out JsonElement value)
        => element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private bool TryGetList(string name, out JsonElement list)
    {
        if (!TryGet(name, out list))
        {
            return false;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            Wrong ??= $"{name} is not a list";
            return false;
        }

        return true;
    }

    private T? Refuse<T>(string name, string expected)
        where T : class
    {
        Wrong ??= $"{name} is not {expected}";
        return null;
    }

    /// <summary>Half a surrogate pair, which exports do hold where a text was cut, becomes U+FFFD.</summary>
    private string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            try
            {
                var whole = Surrogates().Replace(value.GetRawText(), pair => IsPair(pair.Value) ? pair.Value : @"\ufffd");
                using var document = JsonDocument.Parse(whole);
                return document.RootElement.GetString();
            }
            catch (Exception broken) when (broken is InvalidOperationException or JsonException)
            {
                Wrong ??= "a text is not UTF-8";
                return null;
            }
        }
    }

    private static bool IsPair(string escape) => escape.Length != 6
        || !ushort.TryParse(escape.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var unit)
        || !char.IsSurrogate((char)unit);

    // An escaped backslash, a whole pair, or any single escape: in that order, so that "\\ud800" is not an escape.
    [GeneratedRegex(@"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}", RegexOptions.NonBacktracking)]
    private static partial Regex Surrogates();
}
