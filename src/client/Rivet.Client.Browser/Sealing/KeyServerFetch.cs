using System.Security.Cryptography;
using Rivet.Cryptography.WebCrypto;
using Rivet.MessageKeys;

namespace Rivet.Client.Browser.Sealing;

/// <summary>
/// A page's way to the company's key server: the browser's fetch, without cookies, cache or redirects. A page sees no certificate, so the answer must be signed by the
/// key that the enrolment code pins; else it is no answer of that server, as another certificate is none to an installed client.
/// </summary>
/// <remarks>The signature comes with the answer: who has a certificate that this browser believes can read what is asked and answered. docs/decisions/0028.</remarks>
internal sealed class KeyServerFetch(ReadOnlyMemory<byte> pin) : DelegatingHandler(new HttpClientHandler())
{
    private static readonly HttpRequestOptionsKey<IDictionary<string, object>> Fetch = new("WebAssemblyFetchOptions");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.Set(Fetch, new Dictionary<string, object>
        {
            ["credentials"] = "omit", ["cache"] = "no-store", ["redirect"] = "error", ["referrerPolicy"] = "no-referrer", ["mode"] = "cors",
        });
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(KeyServerApi.MostAnswerBytes, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var isSigned = await IsSignedAsync(request, response, body);
            CryptographicOperations.ZeroMemory(body);
            if (isSigned)
            {
                return response;
            }
        }
        catch (Exception)
        {
            response.Dispose();
            throw;
        }

        response.Dispose();
        throw new HttpRequestException(HttpRequestError.SecureConnectionError, "The answer is not signed by the key server's key.");
    }

    private async ValueTask<bool> IsSignedAsync(HttpRequestMessage request, HttpResponseMessage response, byte[] body)
        => request.Headers.NonValidated.TryGetValues("Authorization", out var sent) && SignedAsk.TryParse(sent.ToString(), out var ask)
            && response.Headers.NonValidated.TryGetValues(SignedAnswer.Header, out var said) && SignedAnswer.TryParse(said.ToString(), out var signed)
            && signed.IsOf(pin.Span)
            && await WebEcdsa.VerifyAsync(signed.Key, SignedAnswer.Text(ask, (int)response.StatusCode, body), signed.Signature);
}
