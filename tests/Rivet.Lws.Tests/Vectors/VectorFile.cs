using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rivet.Testing;

namespace Rivet.Lws.Tests.Vectors;

/// <summary>One file of <c>vectors/lws</c>: cases with an outcome, for this implementation and for those of others.</summary>
internal static class VectorFile
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>The cases of a file, by name.</summary>
    public static IEnumerable<(string Name, JsonObject Case)> Read(string name)
        => from each in JsonNode.Parse(File.ReadAllText(PathOf(name)))!["cases"]!.AsArray()
           select (each!["name"]!.GetValue<string>(), each.AsObject());

    public static JsonObject Find(string name, string @case) => Read(name).Single(each => each.Name == @case).Case;

    /// <summary>Compares the cases with the file; with RIVET_UPDATE_SNAPSHOTS=1 writes it.</summary>
    public static void Compare(string name, string section, IEnumerable<JsonObject> cases)
    {
        var text = new JsonObject { ["section"] = section, ["cases"] = new JsonArray([.. cases]) }.ToJsonString(Json) + "\n";
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(PathOf(name), text);
        }

        Assert.Equal(text, File.ReadAllText(PathOf(name)));
    }

    /// <summary>A case; every outcome says in the specification's words which section decides it.</summary>
    public static JsonObject Case(string name, string section, bool accept, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var made = new JsonObject { ["name"] = name, ["section"] = section, ["outcome"] = accept ? "accept" : "refuse" };
        foreach (var (field, value) in fields)
        {
            if (value is not null)
            {
                made[field] = value;
            }
        }

        return made;
    }

    public static bool IsAccepted(JsonObject vector) => vector["outcome"]!.GetValue<string>() == "accept";

    public static byte[] Bytes(JsonNode? hex) => Convert.FromHexString(hex!.GetValue<string>());

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>Bytes that count up.</summary>
    public static byte[] Run(int first, int count) => [.. Enumerable.Range(first, count).Select(value => (byte)value)];

    private static string PathOf(string name) => Path.Combine(Fixtures.RepositoryRoot(), "vectors", "lws", name + ".json");
}
