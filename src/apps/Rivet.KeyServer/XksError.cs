namespace Rivet.KeyServer;

/// <summary>What the specification calls an error, and the HTTP status it gives it ("Error codes").</summary>
internal sealed record XksError(int Status, string Name)
{
    public static readonly XksError Validation = new(400, "ValidationException");
    public static readonly XksError InvalidState = new(400, "InvalidStateException");
    public static readonly XksError InvalidCiphertext = new(400, "InvalidCiphertextException");
    public static readonly XksError InvalidKeyUsage = new(400, "InvalidKeyUsageException");
    public static readonly XksError AuthenticationFailed = new(401, "AuthenticationFailedException");
    public static readonly XksError KeyNotFound = new(404, "KeyNotFoundException");
    public static readonly XksError InvalidUriPath = new(404, "InvalidUriPathException");
    public static readonly XksError MethodNotAllowed = new(405, "ValidationException");
    public static readonly XksError Throttling = new(429, "ThrottlingException");
    public static readonly XksError Internal = new(500, "InternalException");
    public static readonly XksError Unsupported = new(501, "UnsupportedOperationException");
    public static readonly XksError DependencyTimeout = new(503, "DependencyTimeoutException");
}
