using Rivet.Release.Debian;
using Rivet.Release.Publishing;
using Rivet.Testing;

namespace Rivet.Release.Tests;

/// <summary>A handful of files where a build would have put its own, and packages of them.</summary>
internal sealed class SamplePrograms : IDisposable
{
    private readonly TempFolder folder = new();

    public SamplePrograms()
    {
        string[] files =
        [
            "server/Rivet.Server", "server/Rivet.Server.dll", "server/Rivet.Server.pdb", "server/Rivet.Server.xml", "server/runtimeconfig.template.json",
            "server/zh-CN/Rivet.Server.resources.dll", "server/wwwroot/chat/index.html", "client/rivet-cli", "client/rivet-cli.dbg", "client/libsodium.so",
        ];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            File.WriteAllText(folder[file], file);
            File.SetUnixFileMode(folder[file], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public BuiltPrograms Programs => new() { ServerFolder = folder["server"], ClientFolder = folder["client"] };

    public string this[string name] => folder[name];

    /// <summary>Packs them; gives the path of the package.</summary>
    public async Task<string> PackAsync(string place, CancellationToken ct, string version = "1.2.3-rc.1")
    {
        Assert.True(ReleaseVersion.TryParse(version, out var parsed));
        var sources = await SourceTree.FindAsync(AppContext.BaseDirectory, _ => "1700000000", ct);
        var package = new DebianPackage { Sources = sources, Version = parsed, Programs = Programs, BillOfMaterials = "{}"u8.ToArray() };
        Directory.CreateDirectory(folder[place]);
        await package.BuildAsync(folder[place + "-tree"], folder[place], ct);
        return Path.Combine(folder[place], package.FileName);
    }

    public void Dispose() => folder.Dispose();
}
