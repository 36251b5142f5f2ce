using System.IO.Compression;
using System.Text;
using Rivet.Client.Slack;
using static Rivet.Client.Tests.Slack.ExportBuilder;

namespace Rivet.Client.Tests.Slack;

/// <summary>Damaged and hostile archives: an error that names the place, and what came before it stays.</summary>
public sealed class SlackDamageTests : ImportTestBase
{
    private const string GoodDay = $$"""[{"type":"message","user":"{{Ana}}","text":"good","ts":"1.0"},{"type":"message","user":"{{Bo}}","text":"too","ts":"2.0"}]""";

    [Fact]
    public void Open_Truncated_IsNoArchive()
    {
        var bytes = Company().Day(GoodDay).Bytes();
        foreach (var length in new[] { 0, 1, 21, 22, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            Assert.Equal(SlackDamageKind.NotAnArchive, TryOpen(bytes[..length]).Refusal.Kind);
        }
    }

    [Fact]
    public void Open_AnyFlippedByte_NeverThrows()
    {
        var bytes = Company().Day(GoodDay).Bytes();
        for (var at = 0; at < bytes.Length; at++)
        {
            var broken = bytes.ToArray();
            broken[at] ^= 0x55;
            if (TryOpen(broken).TryGet(out var archive, out var damage))
            {
                using (archive)
                {
                    _ = archive.Channels.SelectMany(archive.Records).Count(record => record.IsOk);
                }
            }
            else
            {
                Assert.NotEqual(SlackDamageKind.None, damage.Kind);
            }
        }
    }

    [Theory]
    [InlineData("users.json", "users.json")]
    [InlineData("channels.json", "channels.json")]
    public void Open_PartMissing_NamesIt(string missing, string named)
    {
        var damage = Company().Without(missing).TryOpen().Refusal;

        Assert.Equal((named, SlackDamageKind.PartMissing), (damage.Entry, damage.Kind));
    }

    [Theory]
    [InlineData("users.json", """{"id":"U1"}""", 0, SlackDamageKind.WrongType)]
    [InlineData("users.json", """[{"id":"U1"},{"name":"x"}]""", 1, SlackDamageKind.WrongType)]
    [InlineData("users.json", """[{"id":"U1","profile":[]}]""", 0, SlackDamageKind.WrongType)]
    [InlineData("users.json", """[{"id":"U1"},{"id":"U2" """, 1, SlackDamageKind.NotJson)]
    [InlineData("channels.json", """[{"id":"C1","members":"all"}]""", 0, SlackDamageKind.WrongType)]
    [InlineData("channels.json", "", 0, SlackDamageKind.NotJson)]
    public void Open_ListDamaged_NamesEntryAndRecord(string entry, string json, int record, SlackDamageKind kind)
    {
        var damage = Company().With(entry, json).TryOpen().Refusal;

        Assert.Equal((entry, record, kind), (damage.Entry, damage.Record, damage.Kind));
    }

    [Theory]
    [InlineData("""{"type":"message","text":"x","ts":"soon"}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","text":"x"}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","text":7,"ts":"3.0"}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","text":"x","ts":"3.0","reactions":{}}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","text":"x","ts":"3.0","reactions":[{"name":"x","users":[1]}]}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","text":"x","ts":"3.0","files":["F1"]}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","text":"x","ts":"3.0","edited":{"ts":[]}}""", SlackDamageKind.WrongType)]
    [InlineData("""{"type":"message","subtype":"message_changed","ts":"3.0"}""", SlackDamageKind.WrongType)]
    [InlineData("\"text\"", SlackDamageKind.WrongType)]
    [InlineData("{\"type\": broken", SlackDamageKind.NotJson)]
    [InlineData("null", SlackDamageKind.WrongType)]
    public async Task Import_RecordDamaged_KeepsWhatCameBeforeAndNamesIt(string record, SlackDamageKind kind)
    {
        var failure = (await TryImportAsync(Company().Day($"{GoodDay[..^1]},{record}]"))).Refusal;

        Assert.Equal(("general/2024-03-01.json", 2, kind), (failure.Damage!.Entry, failure.Damage.Record, failure.Damage.Kind));
        Assert.Equal(2, failure.SoFar.Records);
        Assert.Equal(2, Server.Only.Entries.Count);
    }

    [Fact]
    public async Task Import_DamageRepaired_ContinuesAndNothingIsDoubled()
    {
        var damaged = Company().Day(GoodDay).With("general/2024-03-02.json", "[{");
        Assert.False((await TryImportAsync(damaged)).IsOk);

        var report = await ImportAsync(damaged.With("general/2024-03-02.json", $$"""[{"user":"{{Ana}}","text":"new","ts":"3.0"}]"""));

        Assert.Equal((1L, 2L), (report.EntriesAdded, report.EntriesExisted));
        Assert.Equal(3, Server.Only.Entries.Count);
    }

    [Fact]
    public async Task Import_WrongChecksum_NamesTheEntry()
    {
        var bytes = Company().Day(GoodDay).Bytes();
        var at = Encoding.Latin1.GetString(bytes).IndexOf("\"good\"", StringComparison.Ordinal);
        bytes[at + 1] ^= 1;
        using var archive = TryOpen(bytes).Value;

        var damage = archive.Records(archive.Channels[0]).Single().Refusal;

        Assert.Equal(("general/2024-03-01.json", SlackDamageKind.Corrupt), (damage.Entry, damage.Kind));
        await Task.CompletedTask;
    }

    [Fact]
    public void Json_DeeperThanAllowed_IsDamage()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));
        using var archive = Company().Day($$"""[{"ts":"1.0","blocks":{{deep}}}]""").Open();

        Assert.Equal(SlackDamageKind.NotJson, archive.Records(archive.Channels[0]).Single().Refusal.Kind);
    }

    [Fact]
    public void Bomb_RatioTooHigh_IsRefusedBeforeItIsUnpacked()
    {
        var damage = Company().With("users.json", new byte[8 << 20]).TryOpen(level: CompressionLevel.Optimal).Refusal;

        Assert.Equal(("users.json", SlackDamageKind.TooLarge), (damage.Entry, damage.Kind));
    }

    [Fact]
    public void Bomb_EntryLargerThanItClaims_IsCorrupt()
    {
        var bytes = Company().With("users.json", $"[{new string(' ', 4000)}]").Bytes(CompressionLevel.Optimal);
        var text = Encoding.Latin1.GetString(bytes);
        var inDirectory = text.LastIndexOf("users.json", StringComparison.Ordinal);
        bytes[inDirectory - 46 + 24] = 10; // the uncompressed size, low byte first
        bytes[inDirectory - 46 + 25] = 0;

        Assert.Equal(SlackDamageKind.Corrupt, TryOpen(bytes).Refusal.Kind);
    }

    [Theory]
    [InlineData(1, 1 << 20, 1L << 30)]
    [InlineData(100, 100, 1L << 30)]
    [InlineData(100, 1 << 20, 200L)]
    public void Bounds_Exceeded_AreTooLarge(int entries, int jsonBytes, long total)
    {
        var limits = new SlackArchiveLimits { Entries = entries, JsonEntryBytes = jsonBytes, TotalBytes = total };

        Assert.Equal(SlackDamageKind.TooLarge, Company().TryOpen(limits).Refusal.Kind);
    }

    [Theory]
    [InlineData("../general/2024-03-09.json")]
    [InlineData("/general/2024-03-09.json")]
    [InlineData("general/../general/2024-03-09.json")]
    [InlineData("C:/general/2024-03-09.json")]
    [InlineData("..\\general\\2024-03-09.json")]
    public void Names_OutsideTheArchive_AreIgnored(string name)
    {
        using var archive = Company().Day(GoodDay).With(name, "[broken").Open();

        Assert.Equal(1, archive.IgnoredEntries);
        Assert.Equal(2, archive.Records(archive.Channels.Single()).Count(record => record.IsOk));
    }

    [Fact]
    public void Names_Twice_AreDamage()
    {
        var damage = Company().Day(GoodDay).Again("general/2024-03-01.json", "[]").TryOpen().Refusal;

        Assert.Equal(("general/2024-03-01.json", SlackDamageKind.Corrupt), (damage.Entry, damage.Kind));
    }
}
