using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rivet.Access;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Transit.Tests;

/// <summary>The module over a real store and vault, behind a real Kestrel on a free port; companies with an administrator each.</summary>
internal sealed class TransitHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http;

    private TransitHost(WebApplication app, FakeTimeProvider time)
    {
        this.app = app;
        Time = time;
        http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; }

    public HttpClient Http => http;

    public IStore Store => app.Services.GetRequiredService<IStore>();

    public IVault Vault => app.Services.GetRequiredService<IVault>();

    public ITransitApplications Applications => app.Services.GetRequiredService<ITransitApplications>();

    public IEnumerable<IStatusSource> Status => app.Services.GetServices<IStatusSource>();

    public static async Task<TransitHost> StartAsync(TempFolder folder, Action<TransitOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddStorage(options => options.Folder = folder["data"]);
        builder.Services.AddAccess();
        builder.Services.AddVault(options => options.RootKeyFile = Path.Combine(folder["keys"], "root.key"));
        builder.Services.AddTransit(configure);


        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapTransitApi();
        await app.StartAsync(Ct);
        return new(app, time);
    }

    /// <summary>A company with an administrator; gives the administrator's permit.</summary>
    public async Task<Permit> FoundAsync()
    {
        var (company, person) = (new CompanyId(Guid.CreateVersion7()), new PersonId(Guid.CreateVersion7()));
        await Store.WriteAsync(
            transaction =>
            {
                app.Services.GetRequiredService<IRelations>().Add(transaction, Resource.Of(company), Relation.Administrator, person);
                return 0;
            },
            Ct);
        var subject = Subject.OfDevice(company, person, new(Guid.CreateVersion7()));
        var decision = await app.Services.GetRequiredService<IAccess>().AskAsync(new(subject, new("transit.manage"), Resource.Of(company)), Ct);
        return decision.Permit!;
    }

    /// <summary>An application of a new company, with what it may as <c>PATTERN=operation,operation</c>.</summary>
    public async Task<Client> ApplicationAsync(Permit? permit = null, string name = "shop", int days = 30, params string[] grants)
    {
        permit ??= await FoundAsync();
        var given = grants.Select(grant => grant.Split('=')).Select(parts => new TransitGrant(parts[0], parts[1].Split(','))).ToArray();
        return new(http, permit, (await Applications.AddAsync(permit, name, given, days, Ct)).Value);
    }

    /// <summary>The events so far, oldest first.</summary>
    public Task<List<SecurityEvent>> EventsAsync() => Store.ReadAsync(
        session => session.Query(
            "SELECT position, topic, company, payload FROM outbox WHERE topic = 'security-event' ORDER BY position",
            row => SecurityEvents.Read(new OutboxRow(row.GetInt64(0), row.GetString(1), (byte[])row.GetValue(2), (byte[])row.GetValue(3)))),
        Ct).AsTask();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}

/// <summary>An application that calls.</summary>
internal sealed class Client(HttpClient http, Permit permit, string token)
{
    public string Token => token;

    public CompanyId Company => permit.Company;

    public Permit Permit => permit;

    public async Task<Reply> CallAsync(string verb, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), $"/v1/{path}");
        request.Headers.Add("X-Vault-Token", token);
        request.Headers.Add("X-Vault-Request", "true");
        if (body is not null)
        {
            request.Content = body is string text ? new StringContent(text, Encoding.UTF8, "application/json") : JsonContent.Create(body);
        }

        return await Reply.OfAsync(await http.SendAsync(request, TransitHost.Ct));
    }

    public Task<Reply> PostAsync(string path, object? body = null) => CallAsync("POST", $"transit/{path}", body);

    public async Task<JsonNode> DoAsync(string path, object? body = null)
    {
        var reply = await PostAsync(path, body);
        Assert.True(reply.Status is 200 or 204, $"{path}: {reply.Status} {reply.Body}");
        return reply.Data;
    }

    public Task MakeAsync(string name, string type = "aes256-gcm96", bool derived = false) => DoAsync($"keys/{name}", new { type, derived });

    public async Task<string> EncryptAsync(string name, string text, object? more = null)
    {
        var body = more is null ? [] : JsonSerializer.SerializeToNode(more)!.AsObject();
        body["plaintext"] = B64(text);
        return (string)(await DoAsync($"encrypt/{name}", body))["ciphertext"]!;
    }

    public async Task<string> DecryptAsync(string name, string ciphertext, object? more = null)
    {
        var body = more is null ? [] : JsonSerializer.SerializeToNode(more)!.AsObject();
        body["ciphertext"] = ciphertext;
        return Encoding.UTF8.GetString(Convert.FromBase64String((string)(await DoAsync($"decrypt/{name}", body))["plaintext"]!));
    }

    public static string B64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

/// <summary>An answer.</summary>
internal sealed record Reply(int Status, JsonObject? Body)
{
    public JsonNode Data => Body?["data"] ?? new JsonObject();

    public string Error => (string?)Body?["errors"]?.AsArray().FirstOrDefault() ?? "";

    public static async Task<Reply> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TransitHost.Ct);
            return new((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text)!.AsObject());
        }
    }

    public void Refused(int status, string part)
    {
        Assert.Equal(status, Status);
        Assert.Contains(part, Error, StringComparison.Ordinal);
        Assert.Null(Body?["data"]);
    }
}
