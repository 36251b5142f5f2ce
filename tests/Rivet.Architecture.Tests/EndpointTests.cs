using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Link;
using Rivet.Server;
using Rivet.Server.Startup;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Architecture.Tests;

/// <summary>What the composed server answers over LWS, and which permission each answer needs.</summary>
public sealed class EndpointTests
{
    private const int FirstPush = 0x8000;
    private static readonly string Snapshot = Path.Combine(Repository.Root, "tests", "Rivet.Architecture.Tests", "Endpoints.txt");

    [Fact]
    public async Task Endpoints_OfTheServer_NeedThePermissionsOfTheSnapshot()
    {
        var found = string.Concat((await ReadAsync()).Select(endpoint => $"{endpoint.Method}: {endpoint.Permission}\n"));
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(Snapshot, found, TestContext.Current.CancellationToken);
        }

        Assert.Equal(await File.ReadAllTextAsync(Snapshot, TestContext.Current.CancellationToken), found);
    }

    [Fact]
    public async Task Requests_OfTheWire_AreAllAnswered()
    {
        var requests = Enum.GetValues<Method>().Where(method => (int)method is > 0 and < FirstPush).Order();

        Assert.Equal(requests, (await ReadAsync()).Select(endpoint => endpoint.Method).Order());
    }

    private static async Task<List<(Method Method, string Permission)>> ReadAsync()
    {
        using var folder = new TempFolder();
        await using var server = RivetServer.Build(new ServerOptions
        {
            DataFolder = folder["data"], KeysFolder = folder["keys"], Port = 0, Hosts = ["localhost"], Quota = 0, BoundOnly = false, Json = false,
        });
        return [.. server.Services.GetRequiredService<LwsEndpoints>().All
            .Select(endpoint => (endpoint.Method, endpoint.Permission.Name))
            .OrderBy(endpoint => endpoint.Name, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method)];
    }
}
