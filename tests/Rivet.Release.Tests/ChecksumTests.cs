using Rivet.Release.Checks;
using Rivet.Testing;

namespace Rivet.Release.Tests;

public sealed class ChecksumTests
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    [Fact]
    public async Task Sums_AsWritten_AreThoseOfSha256sum()
    {
        using var release = new ReleaseFolder();

        var end = await Tool.TryAsync(Programs.Require("sha256sum"), ["--check", "--strict", ChecksumFile.Name], TestContext.Current.CancellationToken, new ToolSurroundings { Folder = release.Path });

        Assert.Equal(0, end.ExitCode);
        Assert.Equal(2, end.Output.Split(": OK").Length - 1);
        Assert.Empty(ChecksumFile.Compare(release.Path, await File.ReadAllTextAsync(release.Sums, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void File_Changed_IsNamed()
    {
        using var release = new ReleaseFolder();
        var sums = File.ReadAllText(release.Sums);
        File.AppendAllText(release["Containerfile"], "\nRUN evil");

        Assert.Contains("Containerfile is not the file", Assert.Single(ChecksumFile.Compare(release.Path, sums)), StringComparison.Ordinal);
    }

    [Fact]
    public void File_Missing_IsNamed()
    {
        using var release = new ReleaseFolder();
        File.Delete(release["Containerfile"]);

        Assert.Equal(["Containerfile is missing."], ChecksumFile.Compare(release.Path, File.ReadAllText(release.Sums)));
    }

    [Fact]
    public void File_NobodyListed_IsNamed()
    {
        using var release = new ReleaseFolder();
        File.WriteAllText(release["install.sh"], "evil");

        Assert.Equal(["install.sh is not among the files of the release."], ChecksumFile.Compare(release.Path, File.ReadAllText(release.Sums)));
    }

    [Fact]
    public void Folder_InPlaceOfAFile_IsNamed()
    {
        using var release = new ReleaseFolder();
        File.Delete(release["Containerfile"]);
        Directory.CreateDirectory(release["Containerfile"]);

        Assert.Single(ChecksumFile.Compare(release.Path, File.ReadAllText(release.Sums)));
    }

    [Fact]
    public void Name_ListedTwice_IsNamed()
    {
        using var release = new ReleaseFolder();

        Assert.Contains($"{ChecksumFile.Name} names Containerfile twice.", ChecksumFile.Compare(release.Path, File.ReadAllText(release.Sums) + $"{Zeros}  Containerfile\n"));
    }

    [Fact]
    public void Sums_OfNothing_AreRefused()
    {
        using var folder = new TempFolder();

        Assert.Equal([$"{ChecksumFile.Name} names no file."], ChecksumFile.Compare(folder.Path, ""));
    }

    [Theory]
    [InlineData(Zeros + "  ../../etc/passwd")]
    [InlineData(Zeros + "  a/b")]
    [InlineData(Zeros + "  .hidden")]
    [InlineData(Zeros + "  -rf")]
    [InlineData(Zeros + "  SHA256SUMS")]
    [InlineData(Zeros + "  SHA256SUMS.sig")]
    [InlineData(Zeros + "  ")]
    [InlineData(Zeros + " *binary")]
    [InlineData(Zeros + "  name\r")]
    [InlineData("\\" + Zeros + "  name")]
    [InlineData("A000000000000000000000000000000000000000000000000000000000000000  name")]
    [InlineData("00  name")]
    [InlineData("")]
    public void Line_OfAnyOtherShape_IsRefused(string line) => Assert.False(ChecksumFile.TryRead(line, out _, out _));
}
