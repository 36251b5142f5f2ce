using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Cryptography.Tests;

/// <summary>Project Wycheproof's vectors, as they lie beside the clone.</summary>
internal static class Wycheproof
{
    public static IEnumerable<(JsonElement Group, JsonElement Test)> Vectors(string file)
    {
        using var stream = File.OpenRead(Fixtures.Require(Path.Combine("wycheproof", file)));
        var root = JsonDocument.Parse(stream).RootElement;
        return from gathering in root.GetProperty("testGroups").EnumerateArray()
               from test in gathering.GetProperty("tests").EnumerateArray()
               select (gathering, test);
    }

    public static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    public static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    public static string Name(JsonElement test) => $"vector {test.GetProperty("tcId").GetInt32()}";
}
