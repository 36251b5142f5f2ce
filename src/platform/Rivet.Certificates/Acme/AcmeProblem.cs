using System.Text.Json;

namespace Rivet.Certificates.Acme;

/// <summary>A problem document (RFC 7807, RFC 8555 §6.7), made harmless.</summary>
/// <param name="Type">The ACME error without its prefix, such as <c>badNonce</c>; empty where it says none.</param>
/// <param name="Detail">What the server says to a person.</param>
internal sealed record AcmeProblem(string Type, string Detail)
{
    public const string BadNonce = "badNonce";
    public const string NoAccount = "accountDoesNotExist";
    public const string NeedsBinding = "externalAccountRequired";
    private const string Prefix = "urn:ietf:params:acme:error:";

    public static AcmeProblem Of(JsonElement document)
    {
        var type = document.Text("type") ?? "";
        var detail = document.Text("detail");
        foreach (var part in document.Items("subproblems").Take(3))
        {
            detail = $"{detail} {part.Text("detail")}";
        }

        return new AcmeProblem(PlainText.Of(type.StartsWith(Prefix, StringComparison.Ordinal) ? type[Prefix.Length..] : type), PlainText.Of(detail));
    }

    public CertificateRefusal AsRefusal(TimeSpan? retryAfter)
        => Type == NeedsBinding
            ? new CertificateRefusal(CertificateRefusal.AcmeNeedsBinding)
            : new CertificateRefusal(CertificateRefusal.AcmeProblem, PlainText.Of(Type.Length == 0 ? Detail : $"{Type}: {Detail}"), retryAfter);
}

/// <summary>Reads JSON of others: what is missing or of another kind is null.</summary>
internal static class ForeignJson
{
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 12 };

    /// <summary>An object; null for anything else.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Bounds);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string? Text(this JsonElement element, string name)
        => element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? StringOf(value) : null;

    public static Uri? Address(this JsonElement element, string name) => Uri.TryCreate(element.Text(name), UriKind.Absolute, out var address) ? address : null;

    public static JsonElement Part(this JsonElement element, string name)
        => element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name)
        => element.Part(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Half a surrogate pair is valid JSON and no text.</summary>
    public static string? StringOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
