using System.Text.RegularExpressions;
using Rivet.Testing;

namespace Rivet.Release.Tests;

public sealed class DebianPackageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Package_BuiltTwice_HasTheSameBytes()
    {
        using var sample = new SamplePrograms();

        var (first, second) = (await sample.PackAsync("one", Ct), await sample.PackAsync("two", Ct));

        Assert.Equal(await File.ReadAllBytesAsync(first, Ct), await File.ReadAllBytesAsync(second, Ct));
        Assert.Equal("rivet_1.2.3~rc.1_amd64.deb", Path.GetFileName(first));
    }

    [Fact]
    public async Task Package_LaysEverythingWhereDebianWantsIt()
    {
        using var sample = new SamplePrograms();

        var listing = await Tool.RunAsync(Programs.Require("dpkg-deb"), ["--contents", await sample.PackAsync("one", Ct)], Ct);

        var entries = listing.TrimEnd().Split('\n').Select(line => Regex.Split(line, " +")).Select(part => $"{part[0]} {part[1]} {string.Join(' ', part[5..])}").ToList();
        Assert.All(entries, entry => Assert.Contains(" root/root ", entry, StringComparison.Ordinal));
        Assert.All(entries, entry => Assert.Matches("^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) ", entry));
        Assert.Equal(
            [
                "-rw-r--r-- root/root ./etc/rivet/rivet.conf",
                "lrwxrwxrwx root/root ./usr/bin/rivet -> ../lib/rivet/client/rivet",
                "-rw-r--r-- root/root ./usr/lib/rivet/client/libsodium.so",
                "-rwxr-xr-x root/root ./usr/lib/rivet/client/rivet",
                "-rwxr-xr-x root/root ./usr/lib/rivet/server/Rivet.Server",
                "-rw-r--r-- root/root ./usr/lib/rivet/server/Rivet.Server.dll",
                "-rw-r--r-- root/root ./usr/lib/rivet/server/wwwroot/chat/index.html",
                "-rw-r--r-- root/root ./usr/lib/rivet/server/zh-CN/Rivet.Server.resources.dll",
                "-rw-r--r-- root/root ./usr/lib/systemd/system/rivet.service",
                "-rw-r--r-- root/root ./usr/share/doc/rivet/THIRD-PARTY-NOTICES.md",
                "-rw-r--r-- root/root ./usr/share/doc/rivet/changelog.gz",
                "-rw-r--r-- root/root ./usr/share/doc/rivet/copyright",
                "-rw-r--r-- root/root ./usr/share/doc/rivet/install.md",
                "-rw-r--r-- root/root ./usr/share/doc/rivet/rivet.cdx.json",
                "-rw-r--r-- root/root ./usr/share/doc/rivet/upgrade.md",
            ],
            entries.Where(entry => entry[0] != 'd').OrderBy(entry => entry.Split(' ')[2], StringComparer.Ordinal));
        Assert.All(listing.TrimEnd().Split('\n'), line => Assert.Contains(" 2023-11-14 ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Package_TellsDpkgWhatItNeeds()
    {
        using var sample = new SamplePrograms();
        var package = await sample.PackAsync("one", Ct);

        Assert.Equal("rivet 1.2.3~rc.1 amd64", (await Tool.RunAsync("dpkg-deb", ["--show", "--showformat=${Package} ${Version} ${Architecture}", package], Ct)).Trim());
        await Tool.RunAsync("dpkg-deb", ["--raw-extract", package, sample["raw"]], Ct);
        Assert.Equal("/etc/rivet/rivet.conf\n", await File.ReadAllTextAsync(sample["raw/DEBIAN/conffiles"], Ct));
        Assert.DoesNotContain("@", Regex.Replace(await File.ReadAllTextAsync(sample["raw/DEBIAN/control"], Ct), "<[^>]*>", ""), StringComparison.Ordinal);
        await Tool.RunAsync("md5sum", ["--check", "--strict", "DEBIAN/md5sums"], Ct, new ToolSurroundings { Folder = sample["raw"] });
        foreach (var script in (string[])["postinst", "prerm", "postrm"])
        {
            await Tool.RunAsync("sh", ["-n", sample[$"raw/DEBIAN/{script}"]], Ct);
            Assert.StartsWith("#!/bin/sh\nset -e\n", await File.ReadAllTextAsync(sample[$"raw/DEBIAN/{script}"], Ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Archive_WrittenTwice_HasTheSameBytes_AndItsFolder()
    {
        using var sample = new SamplePrograms();
        var time = DateTimeOffset.FromUnixTimeSeconds(1700000000);
        foreach (var name in (string[])["one", "two"])
        {
            var tree = new Layout.FileTree(sample[name]);
            Layout.Installation.LayClient(tree, ".", sample.Programs);
            Layout.Installation.LayServer(tree, "server", sample.Programs);
            await Archives.Tarball.WriteAsync(tree.Root, "rivet-client-1.2.3", sample[name + ".tar.gz"], time, Ct);
        }

        Assert.Equal(await File.ReadAllBytesAsync(sample["one.tar.gz"], Ct), await File.ReadAllBytesAsync(sample["two.tar.gz"], Ct));
        var listing = await Tool.RunAsync(Programs.Require("tar"), ["--list", "--verbose", "--file", sample["one.tar.gz"]], Ct);
        Assert.Matches(@"-rwxr-xr-x \S+ +5?[0-9]+ 2023-11-14 .* rivet-client-1\.2\.3/rivet\n", listing);
        Assert.Matches(@"drwxr-xr-x \S+ +0 2023-11-14 .* rivet-client-1\.2\.3/server/wwwroot/chat/\n", listing);
        Assert.DoesNotContain(".dbg", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Payload_OfAChatThatIsNotPublished_IsRefused()
    {
        using var sample = new SamplePrograms();

        Assert.Throws<ReleaseStop>(() => Layout.WebPayload.Measure(sample["server/wwwroot"]));
    }

    [Fact]
    public void Payload_CountsTheSmallestFormWithoutFonts()
    {
        using var folder = new TempFolder();
        (string Name, int Size)[] files = [("dotnet.native.wasm", 900), ("dotnet.native.wasm.br", 300), ("dotnet.native.wasm.gz", 400), ("a.js", 20), ("b.woff2", 70)];
        Directory.CreateDirectory(folder["chat/_framework"]);
        foreach (var (name, size) in files)
        {
            File.WriteAllBytes(folder[$"chat/_framework/{name}"], new byte[size]);
        }

        Assert.Equal(new Layout.WebPayload(2, 320), Layout.WebPayload.Measure(folder.Path));
    }
}
