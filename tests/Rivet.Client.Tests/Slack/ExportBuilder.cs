using System.IO.Compression;
using System.Text;
using Rivet.Client.Slack;
using Rivet.Kernel;

namespace Rivet.Client.Tests.Slack;

/// <summary>Builds export archives in memory, sound ones and others.</summary>
internal sealed class ExportBuilder
{
    public const string Ana = "U0ANA0001";
    public const string Bo = "U0BO00001";
    private readonly List<(string Name, byte[] Bytes)> entries = [];

    public static ExportBuilder Company() => new ExportBuilder()
        .With("users.json", $$"""
            [{"id":"{{Ana}}","team_id":"T1","name":"ana","profile":{"real_name":"Ana Copper"} },
             {"id":"{{Bo}}","team_id":"T1","name":"bo","real_name":"薄荷","deleted":true,"profile":{} }]
            """)
        .With("channels.json", $$"""[{"id":"C1","name":"general","members":["{{Ana}}","{{Bo}}"]}]""");

    public ExportBuilder With(string name, string json) => With(name, Encoding.UTF8.GetBytes(json));

    public ExportBuilder With(string name, byte[] bytes)
    {
        entries.RemoveAll(entry => entry.Name == name && !name.EndsWith("twice", StringComparison.Ordinal));
        entries.Add((name, bytes));
        return this;
    }

    public ExportBuilder Without(string name)
    {
        entries.RemoveAll(entry => entry.Name == name);
        return this;
    }

    public ExportBuilder Day(string json) => With("general/2024-03-01.json", json);

    /// <summary>Adds an entry even under a name that is there already.</summary>
    public ExportBuilder Again(string name, string json)
    {
        entries.Add((name, Encoding.UTF8.GetBytes(json)));
        return this;
    }

    public byte[] Bytes(CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    public Result<SlackArchive, SlackDamage> TryOpen(SlackArchiveLimits? limits = null, CompressionLevel level = CompressionLevel.NoCompression)
        => TryOpen(Bytes(level), limits);

    public static Result<SlackArchive, SlackDamage> TryOpen(byte[] bytes, SlackArchiveLimits? limits = null)
        => SlackArchive.Open(new MemoryStream(bytes), limits ?? new SlackArchiveLimits());

    public SlackArchive Open(SlackArchiveLimits? limits = null) => TryOpen(limits).Value;
}
