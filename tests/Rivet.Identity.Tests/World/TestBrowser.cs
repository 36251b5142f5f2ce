using System.Net;
using Microsoft.AspNetCore.Antiforgery;

namespace Rivet.Identity.Tests;

/// <summary>A browser with one cookie.</summary>
internal sealed class TestBrowser(TestServer server) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = server.Address };

    /// <summary>The value of <c>__Host-rivet</c>.</summary>
    public string? Cookie { get; set; }

    public async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await SendAsync(request);
    }

    public async Task<HttpStatusCode> EnterAsync(Uri address)
    {
        using var response = await GetAsync(address.AbsolutePath, ("Sec-Fetch-Site", "none"));
        return response.StatusCode;
    }

    /// <summary>The signed-in person; null for nobody.</summary>
    public async Task<string?> WhoAmIAsync()
    {
        using var response = await GetAsync("/whoami");
        return response.StatusCode == HttpStatusCode.Unauthorized ? null : await response.Content.ReadAsStringAsync();
    }

    public async Task<HttpStatusCode> LeaveAsync(AntiforgeryTokenSet? tokens = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/leave");
        request.Content = new FormUrlEncodedContent(tokens is null ? [] : [KeyValuePair.Create(tokens.FormFieldName, tokens.RequestToken!)]);
        if (tokens is not null)
        {
            request.Headers.Add("Cookie", $"__Host-rivet-form={tokens.CookieToken}");
        }

        using var response = await SendAsync(request);
        return response.StatusCode;
    }

    public void Take(string setCookie)
    {
        if (setCookie.StartsWith("__Host-rivet=", StringComparison.Ordinal))
        {
            Cookie = setCookie.Split('=', ';')[1];
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        if (Cookie is not null)
        {
            request.Headers.Add("Cookie", $"__Host-rivet={Cookie}");
        }

        var response = await client.SendAsync(request);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Redirect)
        {
            foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [])
            {
                Take(cookie);
            }
        }

        return response;
    }
}
