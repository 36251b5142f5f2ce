using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Vault.External;

/// <summary>The JSON of the XKS Proxy API, version 1: what is asked, and what an answer says.</summary>
internal static class XksWords
{
    /// <summary>A request's body: who asks, and the operation's own fields.</summary>
    public static byte[] Ask(XksEndpoint endpoint, string kmsOperation, Guid request, params ReadOnlySpan<(string Name, ReadOnlyMemory<byte> Value)> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("requestMetadata");
            json.WriteString("awsPrincipalArn", $"arn:rivet:vault:{endpoint.Region}:{endpoint.Company}:server");
            json.WriteString("kmsKeyArn", $"arn:rivet:vault:{endpoint.Region}:{endpoint.Company}:key/{endpoint.KeyId}");
            json.WriteString("kmsOperation", kmsOperation);
            json.WriteString("kmsRequestId", request);
            json.WriteEndObject();
            foreach (var (name, value) in fields)
            {
                json.WriteBase64String(name, value.Span);
            }

            if (fields.Length > 0)
            {
                json.WriteString("encryptionAlgorithm", "AES_GCM");
            }

            if (kmsOperation == "Encrypt")
            {
                json.WriteString("ciphertextDataIntegrityValueAlgorithm", "SHA_256");
            }

            json.WriteEndObject();
        }

        var body = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return body;
    }

    /// <summary>An answer's fields, each Base64; null where one that is needed is missing or is something else.</summary>
    public static Dictionary<string, byte[]>? Read(byte[] body, ReadOnlySpan<string> needed, string? optional)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var fields = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var name in (string[])[.. needed, .. optional is null ? (string[])[] : [optional]])
            {
                if (json.RootElement.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes))
                {
                    fields[name] = bytes;
                }
                else if (name != optional || json.RootElement.TryGetProperty(name, out _))
                {
                    return null;
                }
            }

            return fields;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What an answer that is no success means (specification, "Error codes"); name and status must agree.</summary>
    public static XksRefusal Refusal(XksAnswer answer) => (answer.Status, ErrorName(answer.Body)) switch
    {
        (400, "InvalidStateException") => XksRefusal.Disabled,
        (400, "InvalidKeyUsageException") or (403, "AccessDeniedException") => XksRefusal.Denied,
        (400, "InvalidCiphertextException") => XksRefusal.Forged,
        (401, "AuthenticationFailedException") => XksRefusal.NotBelieved,
        (404, "KeyNotFoundException") => XksRefusal.NotFound,
        (429, "ThrottlingException") or (500, "InternalException") or (503, "DependencyTimeoutException") => XksRefusal.Failing,
        _ => XksRefusal.Malformed,
    };

    /// <summary>The hash over what an encryption gave (specification, Appendix C).</summary>
    public static byte[] IntegrityOf(ReadOnlySpan<byte> binding, Dictionary<string, byte[]> fields)
        => SHA256.HashData([.. binding, .. fields.GetValueOrDefault("ciphertextMetadata") ?? [], .. fields["initializationVector"], .. fields["ciphertext"], .. fields["authenticationTag"]]);

    private static string? ErrorName(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("errorName", out var name) && name.ValueKind is JsonValueKind.String ? name.GetString() : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
