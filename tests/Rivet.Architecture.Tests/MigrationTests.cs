using System.Security.Cryptography;
using System.Text;

namespace Rivet.Architecture.Tests;

/// <summary>Scripts that a store may have had are never changed: it would refuse this program, or be laid out otherwise than this program thinks.</summary>
public sealed class MigrationTests
{
    private static readonly string Snapshot = Path.Combine(Repository.Root, "tests", "Rivet.Architecture.Tests", "Migrations.txt");

    [Fact]
    public void Scripts_OfTheProduct_AreThoseOfTheSnapshot()
    {
        var found = string.Concat(
            from file in Repository.TrackedFiles
            where file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".sql", StringComparison.Ordinal)
            orderby file
            select $"{file} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Repository.Read(file).ReplaceLineEndings("\n"))))}\n");
        var known = File.Exists(Snapshot) ? File.ReadAllText(Snapshot) : "";
        var changed = known.Split('\n').Except(found.Split('\n'));

        // Not even RIVET_UPDATE_SNAPSHOTS changes or drops a line; it adds.
        Assert.Empty(changed);
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(Snapshot, found);
        }

        Assert.Equal(File.ReadAllText(Snapshot), found);
    }
}
