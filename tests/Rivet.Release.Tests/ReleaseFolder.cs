using Rivet.Release.Checks;
using Rivet.Testing;

namespace Rivet.Release.Tests;

/// <summary>A folder with two files and their checksums, and keys of OpenSSH to sign them with.</summary>
internal sealed class ReleaseFolder : IDisposable
{
    private readonly TempFolder folder = new();

    public ReleaseFolder()
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(this["rivet_1.0.0_amd64.deb"], "a package");
        File.WriteAllText(this["Containerfile"], "FROM debian");
        WriteSums();
    }

    public string Path => folder["release"];

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Sums => this[ChecksumFile.Name];

    public string Signature => this[ChecksumFile.SignatureName];

    public void WriteSums() => File.WriteAllText(Sums, ChecksumFile.Write(Path));

    /// <summary>Makes a key; gives the path of its private half.</summary>
    public async Task<string> MakeKeyAsync(string name, CancellationToken ct)
    {
        await Tool.RunAsync(Programs.Require("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder[name]], ct);
        return folder[name];
    }

    /// <summary>A list that allows one key; gives its path.</summary>
    public string Allow(string key, string options = "namespaces=\"rivet-release\" ")
    {
        var list = folder["allowed_signers"];
        File.WriteAllText(list, $"{SshSignature.Principal} {options}{File.ReadAllText(key + ".pub")}");
        return list;
    }

    public void Dispose() => folder.Dispose();
}
