using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Rivet.Release.Sbom;
using Rivet.Testing;

namespace Rivet.Release.Tests;

/// <summary>Over what this very build resolved for the three programs.</summary>
public sealed class BillOfMaterialsTests
{
    private static readonly string Root = Fixtures.RepositoryRoot();

    private static readonly JsonSchema Official = LoadSchema();

    [Fact]
    public async Task Bill_OfThePrograms_FollowsTheOfficialSchema()
    {
        var bill = await MakeAsync();

        var result = Official.Evaluate(JsonDocument.Parse(bill).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });

        Assert.True(result.IsValid, JsonSerializer.Serialize(result.Details!.Where(detail => detail.Errors is not null).Take(5)));
    }

    [Fact]
    public async Task Schema_LooksInside()
    {
        var bill = JsonNode.Parse(await MakeAsync())!;
        bill["components"]![3]!.AsObject().Remove("name");

        Assert.False(Official.Evaluate(JsonSerializer.SerializeToElement(bill)).IsValid);
    }

    [Theory]
    [InlineData("Rivet.Server", "net10.0")]
    [InlineData("Rivet.Server", "net10.0/linux-x64")]
    [InlineData("Rivet.Cli", "net10.0")]
    [InlineData("Rivet.Cli", "net10.0/linux-x64")]
    [InlineData("Rivet.Web", "net10.0")]
    public async Task Bill_NamesEveryPackageOfTheLockFiles(string project, string target)
    {
        var bill = JsonNode.Parse(await MakeAsync())!;
        var named = bill["components"]!.AsArray().Select(component => component!["purl"]?.GetValue<string>()).ToHashSet();
        var locked = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Root, "src", "apps", project, "packages.lock.json"), TestContext.Current.CancellationToken))!["dependencies"]![target]!.AsObject();

        Assert.NotEmpty(locked);
        Assert.All(
            locked.Where(entry => entry.Value!["type"]!.GetValue<string>() is "Direct" or "Transitive" or "CentralTransitive"),
            entry => Assert.Contains($"pkg:nuget/{entry.Key}@{entry.Value!["resolved"]}", named, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Bill_TellsHashLicenceAndWhatDependsOnWhat()
    {
        var bill = JsonNode.Parse(await MakeAsync())!;
        var components = bill["components"]!.AsArray().ToDictionary(component => component!["bom-ref"]!.GetValue<string>(), component => component!);
        var dependencies = bill["dependencies"]!.AsArray().ToDictionary(edge => edge!["ref"]!.GetValue<string>(), edge => edge!["dependsOn"]!.AsArray().Select(to => to!.GetValue<string>()).ToList());

        var sodium = Assert.Single(components, component => component.Key.StartsWith("pkg:nuget/libsodium@", StringComparison.Ordinal));
        Assert.Equal(128, sodium.Value["hashes"]![0]!["content"]!.GetValue<string>().Length);
        Assert.Equal("ISC", sodium.Value["licenses"]![0]!["expression"]!.GetValue<string>());
        Assert.Contains(sodium.Key, dependencies[Assert.Single(components.Keys, key => key.StartsWith("pkg:nuget/NSec.Cryptography@", StringComparison.Ordinal))]);
        Assert.Contains("rivet/Rivet.Server", dependencies["rivet"]);
        Assert.Contains("rivet/Rivet.Vault", dependencies["rivet/Rivet.Server"]);
        Assert.All(components.Where(component => component.Key.StartsWith("pkg:", StringComparison.Ordinal)), component => Assert.NotNull(component.Value["licenses"]));
        Assert.All(dependencies.Values.SelectMany(to => to), reference => Assert.True(components.ContainsKey(reference), reference));
    }

    [Fact]
    public async Task Bill_OfTheSamePrograms_HasTheSameBytes() => Assert.Equal(await MakeAsync(), await MakeAsync());

    [Fact]
    public async Task File_OfNobody_IsUnexplained()
    {
        var bill = await ReadAsync();

        Assert.Equal(["evil.dll", "wwwroot/chat/_framework/evil.wasm", "libevil.so", "evil"], bill.Unexplained(
            ["Rivet.Server", "Rivet.Server.dll", "NSec.Cryptography.dll", "libsodium.so", "zh-CN/Rivet.Server.resources.dll", "wwwroot/chat/_framework/Markdig.wasm", "evil.dll", "wwwroot/chat/_framework/evil.wasm", "libevil.so", "evil"]));
    }

    private static async Task<byte[]> MakeAsync() => (await ReadAsync()).ToJson();

    private static async Task<BillOfMaterials> ReadAsync()
    {
        var sources = await SourceTree.FindAsync(AppContext.BaseDirectory, _ => null, TestContext.Current.CancellationToken);
        return BillOfMaterials.Of(sources, sources.Version, [.. BillOfMaterials.Projects.Select(project => AssetsFile.Read(Path.Combine(Root, "artifacts", "obj", project, "project.assets.json")))]);
    }

    private static JsonSchema LoadSchema()
    {
        foreach (var name in (string[])["spdx", "jsf-0.82"])
        {
            var schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schemas", name + ".SNAPSHOT.schema.json")));
            SchemaRegistry.Global.Register(new Uri($"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json"), schema);
        }

        return JsonSchema.FromText(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schemas", "bom-1.6.SNAPSHOT.schema.json")));
    }
}
