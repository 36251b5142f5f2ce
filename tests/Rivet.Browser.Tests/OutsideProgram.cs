using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Rivet.Browser.Tests;

/// <summary>A program outside that calls the server over HTTPS with an application's token.</summary>
internal sealed class OutsideProgram : IDisposable
{
    private readonly HttpClient http;

    public OutsideProgram(string address, string token)
    {
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        http = new HttpClient(handler) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Add("X-Vault-Token", token);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Answer)> AskAsync(HttpMethod verb, string path, JsonNode? body = null)
    {
        var ct = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(verb, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await http.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public void Dispose() => http.Dispose();
}
