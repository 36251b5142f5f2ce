using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.KeyServer;

/// <summary>What is asked of a key.</summary>
internal enum XksOperation
{
    /// <summary>GetHealthStatus.</summary>
    Health = 1,

    /// <summary>GetKeyMetadata.</summary>
    Metadata = 2,

    /// <summary>Encrypt.</summary>
    Encrypt = 3,

    /// <summary>Decrypt.</summary>
    Decrypt = 4,
}

/// <summary>A request's body, parsed: who asks through whom (not proven, for the log), and what is worked on.</summary>
internal sealed record XksRequest
{
    public const int LongestBody = 48 * 1024;
    private const int LongestText = 2048;
    private const int MaxPlaintext = 4300;
    private const int MaxAssociated = 8192;
    private const int MaxMetadata = 20;

    public string Principal { get; private init; } = "";

    public string KmsKey { get; private init; } = "";

    public string KmsOperation { get; private init; } = "";

    public string KmsRequest { get; private init; } = "";

    public string Via { get; private init; } = "";

    public byte[] Associated { get; private init; } = [];

    /// <summary>Plaintext or ciphertext.</summary>
    public byte[] Text { get; private init; } = [];

    public byte[] Metadata { get; private init; } = [];

    public byte[] Iv { get; private init; } = [];

    public byte[] Tag { get; private init; } = [];

    public bool WantsIntegrity { get; private init; }

    public static Result<XksRequest, XksError> Parse(XksOperation operation, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return Read(operation, json.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return XksError.Validation;
        }
    }

    /// <summary>Throws what <see cref="Parse"/> catches, where the form is another.</summary>
    private static Result<XksRequest, XksError> Read(XksOperation operation, JsonElement root)
    {
        var about = root.GetProperty("requestMetadata");
        var isKey = operation is not XksOperation.Health;
        var isWork = operation is XksOperation.Encrypt or XksOperation.Decrypt;
        var request = new XksRequest
        {
            KmsOperation = Word(about, "kmsOperation", isNeeded: true),
            KmsRequest = Word(about, "kmsRequestId", isNeeded: true),
            Principal = Word(about, "awsPrincipalArn", isKey),
            KmsKey = Word(about, "kmsKeyArn", isWork),
            Via = Word(about, "kmsViaService", isNeeded: false),
        };
        if (!isWork)
        {
            return request;
        }

        if (Word(root, "encryptionAlgorithm", isNeeded: true) != "AES_GCM")
        {
            return XksError.Validation;
        }

        var wants = Word(root, "ciphertextDataIntegrityValueAlgorithm", isNeeded: false);
        var isEncrypt = operation is XksOperation.Encrypt;
        request = request with
        {
            Associated = Bytes(root, "additionalAuthenticatedData", isNeeded: false),
            Text = Bytes(root, isEncrypt ? "plaintext" : "ciphertext", isNeeded: true),
            Metadata = Bytes(root, "ciphertextMetadata", isNeeded: false),
            Iv = Bytes(root, "initializationVector", !isEncrypt),
            Tag = Bytes(root, "authenticationTag", !isEncrypt),
            WantsIntegrity = isEncrypt && wants.Length > 0,
        };
        return request.Text.Length > MaxPlaintext || request.Associated.Length > MaxAssociated ? XksError.Unsupported
            : (request.WantsIntegrity && wants != "SHA_256") || request.Metadata.Length > MaxMetadata ? XksError.Validation
            : request;
    }

    private static string Word(JsonElement parent, string name, bool isNeeded)
    {
        if (!isNeeded && !parent.TryGetProperty(name, out _))
        {
            return "";
        }

        var text = parent.GetProperty(name).GetString() ?? throw new FormatException();
        return text.Length is > 0 and <= LongestText ? text : throw new FormatException();
    }

    private static byte[] Bytes(JsonElement parent, string name, bool isNeeded)
        => !isNeeded && !parent.TryGetProperty(name, out _) ? [] : parent.GetProperty(name).GetBytesFromBase64();
}
