using System.Globalization;
using System.Text.Json;

namespace Rivet.Transit.Api;

/// <summary>The fields of a request or of one item in it: scalars only. Clients send numbers and flags as such or as text; both are taken.</summary>
internal sealed class Fields
{
    private readonly JsonElement element;

    private Fields(JsonElement element) => this.element = element;

    /// <summary>Reads an object whose values, but for those named, are scalars; null for anything else.</summary>
    public static Fields? TryRead(JsonElement element, string? except = null)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && property.Name != except)
            {
                return null;
            }
        }

        return new(element);
    }

    /// <summary>A text; numbers and flags as they are written; null when it is missing or empty.</summary>
    public string? Text(string name)
        => !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString() is { Length: > 0 } text ? text : null
            : value.GetRawText();

    /// <summary>A text that may be empty, such as the base64 of nothing; null when it is missing.</summary>
    public string? Value(string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Has(string name) => Text(name) is not null;

    /// <summary>Reads a number of no more than nine digits, null when it is missing; false when it is none.</summary>
    public bool TryNumber(string name, out int? number)
    {
        number = null;
        if (Text(name) is not { } text)
        {
            return true;
        }

        var isNumber = text.Length <= 9 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) && (number = read) is not null;
        return isNumber;
    }

    /// <summary>Reads a flag, null when it is missing; false when it is neither true nor false.</summary>
    public bool TryFlag(string name, out bool? flag)
    {
        flag = Text(name) switch
        {
            "true" or "True" or "1" => true,
            "false" or "False" or "0" => false,
            _ => null,
        };
        return flag is not null || !Has(name);
    }

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(string name) => TryFlag(name, out var flag) && flag == true;
}
