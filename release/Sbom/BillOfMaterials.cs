using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rivet.Release.Sbom;

/// <summary>
/// The software bill of materials, CycloneDX 1.6 (ECMA-424) in JSON: every library of this repository, every package and every
/// part of .NET inside the programs, with what depends on what. It is read from what the build resolved, not from what was asked for.
/// </summary>
internal sealed class BillOfMaterials
{
    private readonly SourceTree sources;
    private readonly ReleaseVersion version;
    private readonly IReadOnlyList<AssetsFile> programs;

    private BillOfMaterials(SourceTree sources, ReleaseVersion version, IReadOnlyList<AssetsFile> programs)
        => (this.sources, this.version, this.programs) = (sources, version, programs);

    /// <summary>The projects that become programs.</summary>
    public static IReadOnlyList<string> Projects { get; } = ["Rivet.Server", "Rivet.Web", "Rivet.Cli"];

    public static BillOfMaterials Of(SourceTree sources, ReleaseVersion version, IReadOnlyList<AssetsFile> programs) => new(sources, version, programs);

    /// <summary>The document; the same programs give the same bytes.</summary>
    public byte[] ToJson()
    {
        var libraries = programs.SelectMany(program => program.Libraries.Concat(program.RuntimePacks))
            .Where(library => !Projects.Contains(library.Name))
            .GroupBy(Reference).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        var bom = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = Metadata(),
            ["components"] = new JsonArray([
                .. programs.Select(program => (JsonNode)Own("application", program.Project, ProgramReference(program))),
                .. libraries.Select(group => Component(group.Key, [.. group])),
            ]),
            ["dependencies"] = Dependencies(libraries),
        };

        // The number names this content: it is made from it, and follows the form of a random UUID.
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(bom, Form));
        (hash[6], hash[8]) = ((byte)((hash[6] & 0x0f) | 0x80), (byte)((hash[8] & 0x3f) | 0x80));
        bom["serialNumber"] = $"urn:uuid:{new Guid(hash.AsSpan(0, 16), bigEndian: true):D}";
        return [.. JsonSerializer.SerializeToUtf8Bytes(bom, Form), (byte)'\n'];
    }

    /// <summary>Programs and libraries among the files of a release that come from nothing the bill names.</summary>
    public IReadOnlyList<string> Unexplained(IEnumerable<string> files)
    {
        var explained = programs.SelectMany(program => program.Libraries.Concat(program.RuntimePacks))
            .SelectMany(library => library.Folder is null ? Built(library.Name) : library.Files)
            .Concat(Projects.SelectMany(Built))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. files.Where(file => Path.GetExtension(file) is ".dll" or ".so" or ".wasm" or "")
            .Where(file => !explained.Contains(Path.GetFileName(file)) && !explained.Contains(Path.ChangeExtension(Path.GetFileName(file), ".dll")))];
    }

    private static JsonSerializerOptions Form { get; } = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private JsonObject Metadata() => new()
    {
        ["timestamp"] = sources.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = "Rivet.Release", ["version"] = version.Text }) },
        ["component"] = With(Own("application", "rivet", "rivet"), ("properties", new JsonArray(new JsonObject { ["name"] = "rivet:commit", ["value"] = sources.Commit }))),
    };

    private JsonObject Component(string reference, IReadOnlyList<ResolvedLibrary> everywhere)
    {
        var library = everywhere[0];
        if (library.Folder is not { } folder)
        {
            return Own("library", library.Name, reference);
        }

        var component = new JsonObject
        {
            ["type"] = programs.Any(program => program.RuntimePacks.Any(pack => Reference(pack) == reference)) ? "platform" : "library",
            ["bom-ref"] = reference,
            ["name"] = library.Name,
            ["version"] = library.Version,
            ["scope"] = everywhere.Any(place => place.Files.Count > 0) ? "required" : "excluded",
        };
        if (PackageFacts.Sha512(folder) is { } hash)
        {
            component["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = hash });
        }

        if (PackageFacts.Licenses(folder) is { } licenses)
        {
            component["licenses"] = licenses;
        }

        return With(component, ("purl", reference));
    }

    private JsonArray Dependencies(IReadOnlyList<IGrouping<string, ResolvedLibrary>> libraries)
    {
        var references = programs.SelectMany(program => program.Libraries).DistinctBy(library => library.Key).ToDictionary(library => library.Key, Reference);
        var known = libraries.Select(group => group.Key).Concat(programs.Select(ProgramReference)).ToHashSet(StringComparer.Ordinal);
        return
        [
            Edge("rivet", programs.Select(ProgramReference)),
            .. programs.Select(program => Edge(ProgramReference(program), program.Direct.Select(key => references[key]).Concat(program.RuntimePacks.Select(Reference)))),
            .. libraries.Select(group => Edge(group.Key, group.SelectMany(library => library.Dependencies).Select(key => references[key]))),
        ];

        JsonNode Edge(string from, IEnumerable<string> to) => new JsonObject
        {
            ["ref"] = from,
            ["dependsOn"] = new JsonArray([.. to.Where(known.Contains).Distinct().Order(StringComparer.Ordinal).Select(reference => (JsonNode)reference)]),
        };
    }

    private JsonObject Own(string type, string name, string reference) => new()
    {
        ["type"] = type,
        ["bom-ref"] = reference,
        ["name"] = name,
        ["version"] = version.Text,
        ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "Apache-2.0" } }),
    };

    private static JsonObject With(JsonObject component, (string Name, JsonNode Value) more)
    {
        component[more.Name] = more.Value;
        return component;
    }

    private static IEnumerable<string> Built(string project) => project == "Rivet.Cli" ? ["rivet-cli", "rivet-cli.dll", "rivet-cli.resources.dll"] : [project, $"{project}.dll", $"{project}.resources.dll"];

    private static string ProgramReference(AssetsFile program) => $"rivet/{program.Project}";

    private static string Reference(ResolvedLibrary library)
        => library.Folder is null ? $"rivet/{library.Name}" : $"pkg:nuget/{Uri.EscapeDataString(library.Name)}@{Uri.EscapeDataString(library.Version)}";
}
