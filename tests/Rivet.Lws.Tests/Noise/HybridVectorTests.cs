using System.Text.Json;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;

namespace Rivet.Lws.Tests.Noise;

/// <summary>
/// The link's own vectors, every random value known. A change of them is a change of the protocol: RIVET_UPDATE_SNAPSHOTS=1 writes
/// the file anew.
/// </summary>
public sealed class HybridVectorTests
{
    private static readonly string File = Path.Combine(Fixtures.RepositoryRoot(), "vectors", "noise-hybrid.json");

    public static TheoryData<string> Protocols => Pair.Protocols;

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Vectors_Played_AreReproduced(string protocol)
    {
        var vector = Assert.Single(ReadFile(File), vector => vector.ProtocolName == protocol);
        var played = await VectorPlayer.PlayAsync(vector);

        Assert.Equal(JsonSerializer.Serialize(vector, NoiseVector.Json), JsonSerializer.Serialize(played, NoiseVector.Json));
    }

    [Fact]
    public async Task File_MadeAnew_IsTheSame()
    {
        var vectors = new List<NoiseVector>();
        foreach (var row in Protocols)
        {
            vectors.Add(await VectorPlayer.PlayAsync(Prescribe(row.Data)));
        }

        var text = JsonSerializer.Serialize(new VectorFile("docs/decisions/0009-inner-handshake.md", "both sides hold the same keys and handshake hash", [.. vectors]), NoiseVector.Json) + "\n";
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            await System.IO.File.WriteAllTextAsync(File, text, CancellationToken.None);
        }

        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, CancellationToken.None));
    }

    internal static NoiseVector[] ReadFile(string path) => Read(System.IO.File.ReadAllText(path));

    internal static NoiseVector[] Read(string text) => JsonSerializer.Deserialize<VectorFile>(text, NoiseVector.Json)!.Vectors;

    private static NoiseVector Prescribe(string protocol)
    {
        var vector = new NoiseVector
        {
            ProtocolName = protocol,
            InitPrologue = Text("rivet hybrid vector"),
            RespPrologue = Text("rivet hybrid vector"),
            InitEphemeral = Run(0x30, 32),
            RespEphemeral = Run(0x50, 32),
            InitKemSeed = Run(0x70, 64),
            RespKemRandom = Run(0xB0, 32),
            Messages = [],
        };
        var pattern = vector.Protocol.Pattern;
        string[]? psks = pattern.HasPsk ? [Run(0xD0, 32)] : null;
        string[] said = ["first", "second", "", "fourth", "fifth", "sixth"];
        return vector with
        {
            InitStatic = pattern.NeedsStatic(initiator: true) ? Run(0x01, 32) : null,
            RespStatic = pattern.NeedsStatic(initiator: false) ? Run(0x21, 32) : null,
            InitRemoteStatic = pattern.ResponderKnown ? PublicKey(Run(0x21, 32)) : null,
            InitPsks = psks,
            RespPsks = psks,
            Messages = [.. said.Select(text => new NoiseVector.Message(Text(text), ""))],
            Rekeyed = [new NoiseVector.Message(Text("after rekey, there"), ""), new NoiseVector.Message(Text("after rekey, back"), "")],
        };
    }

    private static string PublicKey(string privateKey)
    {
        using var key = X25519Key.FromPrivateKey(Convert.FromHexString(privateKey));
        return VectorPlayer.Hex(key.PublicKey.ToArray());
    }

    private static string Text(string text) => VectorPlayer.Hex(System.Text.Encoding.ASCII.GetBytes(text));

    private static string Run(int first, int count) => VectorPlayer.Hex([.. Enumerable.Range(first, count).Select(value => (byte)value)]);

    internal sealed record VectorFile(string Section, string Outcome, NoiseVector[] Vectors);
}
