using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Certificates.Acme;

/// <summary>Signed requests to one ACME server (RFC 8555 §6): nonces, problems, kinds of bodies.</summary>
internal sealed class AcmeSession : IDisposable
{
    private const int MaxNonce = 256;
    private const int MaxNonceTries = 6;
    private const string Json = "application/json";
    private readonly AcmeHttp http;
    private readonly AccountKey key;
    private readonly AcmeDirectory directory;
    private string? nonce;

    private AcmeSession(AcmeHttp http, AccountKey key, AcmeDirectory directory)
    {
        this.http = http;
        this.key = key;
        this.directory = directory;
    }

    public AccountKey Key => key;

    public AcmeDirectory Directory => directory;

    /// <summary>The account's address, once it is known.</summary>
    public Uri? Account { get; set; }

    /// <summary>Asks for the directory. Takes over the connection and the key, also when it is refused.</summary>
    public static async Task<Result<AcmeSession, CertificateRefusal>> OpenAsync(AcmeHttp http, Uri directory, AccountKey key, CancellationToken ct)
    {
        var answer = await http.GetAsync(directory, ct);
        if (answer.TryGet(out var got, out var why) && Read(got).TryGet(out var document, out why) && AcmeDirectory.Of(document) is { } read)
        {
            return new AcmeSession(http, key, read);
        }

        http.Dispose();
        key.Dispose();
        return why ?? Malformed("directory");
    }

    /// <summary>Posts and expects an object.</summary>
    /// <param name="address">Where; it must be the directory's origin.</param>
    /// <param name="payload">JSON; empty for a POST-as-GET.</param>
    /// <param name="ct">Withdraws the request, which may have had its effect.</param>
    public async Task<Result<AcmeObject, AcmeFailure>> AskAsync(Uri? address, string payload, CancellationToken ct)
    {
        if (!(await PostAsync(address, payload, Json, ct)).TryGet(out var answer, out var failure))
        {
            return failure;
        }

        return Read(answer).TryGet(out var document, out var why)
            ? new AcmeObject(document, answer.Location, answer.RetryAfter)
            : new AcmeFailure(why);
    }

    /// <summary>Downloads a chain as text.</summary>
    public async Task<Result<ReadOnlyMemory<byte>, AcmeFailure>> DownloadAsync(Uri? address, CancellationToken ct)
    {
        const string Chain = "application/pem-certificate-chain";
        if (!(await PostAsync(address, "", Chain, ct)).TryGet(out var answer, out var failure))
        {
            return failure;
        }

        return answer.MediaType == Chain ? answer.Body : new AcmeFailure(Malformed($"certificate: {answer.MediaType}"));
    }

    public void Dispose()
    {
        http.Dispose();
        key.Dispose();
    }

    public static CertificateRefusal Malformed(string what) => new(CertificateRefusal.AcmeMalformed, PlainText.Of(what));

    private async Task<Result<AcmeAnswer, AcmeFailure>> PostAsync(Uri? address, string payload, string accept, CancellationToken ct)
    {
        if (address is null)
        {
            return new AcmeFailure(Malformed("url"));
        }

        for (var tries = 0; tries < MaxNonceTries; tries++)
        {
            if (!(await TakeNonceAsync(ct)).TryGet(out var fresh, out var why)
                || !(await http.PostAsync(address, key.Sign(address, fresh, Account, payload), accept, ct)).TryGet(out var answer, out why))
            {
                return new AcmeFailure(why);
            }

            nonce = answer.Nonce;
            if (answer.IsSuccess)
            {
                return answer;
            }

            if (Problem(answer) is not { Type: AcmeProblem.BadNonce } problem)
            {
                return Fail(answer);
            }
        }

        return new AcmeFailure(new CertificateRefusal(CertificateRefusal.AcmeNonce));
    }

    private async Task<Result<string, CertificateRefusal>> TakeNonceAsync(CancellationToken ct)
    {
        var taken = nonce;
        nonce = null;
        if (taken is null)
        {
            if (!(await http.HeadAsync(directory.NewNonce, ct)).TryGet(out var answer, out var why))
            {
                return why;
            }

            taken = answer.Nonce;
        }

        // RFC 8555 §6.5.1: base64url; anything else is not answered.
        return taken is { Length: > 0 and <= MaxNonce } && taken.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_') ? taken : Malformed("nonce");
    }

    private static Result<JsonElement, CertificateRefusal> Read(AcmeAnswer answer)
        => !answer.IsSuccess ? Fail(answer).Refusal
            : answer.MediaType != Json ? Malformed(answer.MediaType)
            : ForeignJson.Parse(answer.Body) is { } document ? document
            : Malformed("JSON");

    private static AcmeFailure Fail(AcmeAnswer answer)
        => Problem(answer) is { } problem
            ? new AcmeFailure(problem.AsRefusal(answer.RetryAfter), problem.Type)
            : new AcmeFailure(new CertificateRefusal(CertificateRefusal.AcmeProblem, $"HTTP {answer.Status}", answer.RetryAfter));

    private static AcmeProblem? Problem(AcmeAnswer answer)
        => answer.MediaType == "application/problem+json" && ForeignJson.Parse(answer.Body) is { } document ? AcmeProblem.Of(document) : null;
}

/// <summary>An object the server sent.</summary>
/// <param name="Document">The object.</param>
/// <param name="Location">Its address, where one was given.</param>
/// <param name="RetryAfter">How long to wait before asking again, where the server says so.</param>
internal sealed record AcmeObject(JsonElement Document, Uri? Location, TimeSpan? RetryAfter)
{
    public string Status => Document.Text("status") ?? "";
}

/// <summary>A refusal with the kind of problem the server named, if it named one.</summary>
/// <param name="Refusal">What a person is told.</param>
/// <param name="Type">Such as <see cref="AcmeProblem.NoAccount"/>.</param>
internal sealed record AcmeFailure(CertificateRefusal Refusal, string Type = "");

/// <summary>The addresses of an ACME server (RFC 8555 §7.1.1).</summary>
internal sealed record AcmeDirectory(Uri NewNonce, Uri NewAccount, Uri NewOrder, string? Terms)
{
    /// <summary>Null where an address is missing.</summary>
    public static AcmeDirectory? Of(JsonElement document)
        => document.Address("newNonce") is { } newNonce && document.Address("newAccount") is { } newAccount && document.Address("newOrder") is { } newOrder
            ? new(newNonce, newAccount, newOrder, document.Part("meta").Text("termsOfService"))
            : null;
}
