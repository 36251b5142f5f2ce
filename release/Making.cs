using System.Globalization;
using Rivet.Release.Archives;
using Rivet.Release.Checks;
using Rivet.Release.Debian;
using Rivet.Release.Layout;
using Rivet.Release.Publishing;
using Rivet.Release.Sbom;

namespace Rivet.Release;

/// <summary>Makes a release: publish, lay out, pack, add up, sign, and check what came out as its receiver would.</summary>
internal sealed record Making
{
    public required SourceTree Sources { get; init; }

    public required ReleaseVersion Version { get; init; }

    /// <summary>Where the files go: new or empty.</summary>
    public required string Folder { get; init; }

    /// <summary>The SSH key that signs; null leaves the release unsigned.</summary>
    public required string? Key { get; init; }

    public required Action<string> Say { get; init; }

    /// <exception cref="ReleaseStop">The sentence to show.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        await RefuseEarlyAsync(ct);
        var work = Directory.CreateTempSubdirectory("rivet-release-");
        var made = false;
        try
        {
            var publisher = new Publisher { Sources = Sources, Version = Version, WorkFolder = work.FullName, Say = Say };
            var programs = await publisher.RunAsync(ct);
            var payload = WebPayload.Measure(Path.Combine(programs.ServerFolder, "wwwroot"));
            Say($"The chat: {payload}");
            if (payload.Bytes > WebPayload.Limit)
            {
                throw new ReleaseStop("The chat is too large for a release; trim what it loads.");
            }

            await PackAsync(publisher, programs, Path.Combine(work.FullName, "trees"), ct);
            await SignAsync(ct);
            made = true;
        }
        finally
        {
            work.Delete(recursive: true);
            if (!made)
            {
                Directory.Delete(Folder, recursive: true); // it was empty; half a release is none
            }
        }
    }

    private async Task RefuseEarlyAsync(CancellationToken ct)
    {
        if (Directory.Exists(Folder) && Directory.EnumerateFileSystemEntries(Folder).Any())
        {
            throw new ReleaseStop($"{Folder} is not empty; name another folder with --out.");
        }

        Directory.CreateDirectory(Folder);
        if (Sources.IsChanged)
        {
            Say("Files differ from the commit: the release says so, and nobody can make it again from the commit alone.");
        }

        // Minutes of building first and a missing tool then would be a pity.
        await Tool.RunAsync("dpkg-deb", ["--version"], ct);
        if (Key is not null)
        {
            var trial = Path.Combine(Folder, "signing-trial");
            await File.WriteAllTextAsync(trial, "", ct);
            try
            {
                await SshSignature.SignAsync(trial, Key, ct);
            }
            finally
            {
                File.Delete(trial);
                File.Delete(trial + ".sig");
            }
        }
    }

    private async Task PackAsync(Publisher publisher, BuiltPrograms programs, string trees, CancellationToken ct)
    {
        Say("Packing …");
        var bill = BillOfMaterials.Of(Sources, Version, [.. BillOfMaterials.Projects.Select(project => AssetsFile.Read(publisher.AssetsFile(project)))]);
        if (bill.Unexplained([.. BuiltPrograms.Files(programs.ServerFolder), .. BuiltPrograms.Files(programs.ClientFolder)]) is { Count: > 0 } unexplained)
        {
            throw new ReleaseStop($"The bill of materials does not explain {string.Join(", ", unexplained.Take(10))}.");
        }

        var bytes = bill.ToJson();
        await File.WriteAllBytesAsync(Path.Combine(Folder, $"rivet-{Version}.cdx.json"), bytes, ct);
        var debian = new DebianPackage { Sources = Sources, Version = Version, Programs = programs, BillOfMaterials = bytes };
        await debian.BuildAsync(Path.Combine(trees, "debian"), Folder, ct);
        await ArchiveAsync("server", tree => Installation.LayServer(tree, ".", programs));
        await ArchiveAsync("client", tree => Installation.LayClient(tree, ".", programs));
        var container = await File.ReadAllTextAsync(Sources.File("release", "files", "Containerfile"), ct);
        await File.WriteAllTextAsync(Path.Combine(Folder, "Containerfile"), container.Replace("@VERSION@", Version.Debian, StringComparison.Ordinal), ct);

        async Task ArchiveAsync(string part, Action<FileTree> lay)
        {
            var name = $"rivet-{part}-{Version}-{Publisher.Runtime}";
            var tree = new FileTree(Path.Combine(trees, part));
            lay(tree);
            Installation.LayDocuments(tree, ".", Sources, bytes);
            tree.Copy(Sources.File("LICENSE"), "LICENSE");
            await Tarball.WriteAsync(tree.Root, name, Path.Combine(Folder, name + ".tar.gz"), Sources.Time, ct);
        }
    }

    private async Task SignAsync(CancellationToken ct)
    {
        var sums = Path.Combine(Folder, ChecksumFile.Name);
        await File.WriteAllTextAsync(sums, ChecksumFile.Write(Folder), ct);
        if (Key is not null)
        {
            await SshSignature.SignAsync(sums, Key, ct);
        }

        var verdict = await ReleaseCheck.RunAsync(Folder, signers: null, ct);
        if (verdict.Problems.Count > 0)
        {
            throw new ReleaseStop(string.Join(' ', verdict.Problems));
        }

        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"  {file.Length / 1e6,8:F2} MB  {file.Name}"));
        }

        Say(Key is null ? $"{Folder} is made and not signed; --key signs." : $"{Folder} is made and signed.");
    }
}
