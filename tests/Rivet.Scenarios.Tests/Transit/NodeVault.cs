using System.Security.Cryptography;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Transit;

/// <summary>The application of <c>tests/Interop/transit</c> over npm's node-vault, a client of Vault, as a process of its own.</summary>
internal static class NodeVault
{
    private static readonly SemaphoreSlim Installing = new(1);

    private static string Folder => Path.Combine(Fixtures.RepositoryRoot(), "artifacts", "interop", "transit");

    /// <summary>Runs it to its end.</summary>
    public static async Task<ProgramEnd> RunAsync(string address, string authorityFile, string token)
    {
        var node = await InstallAsync();

        return await Programs.RunAsync(
            Programs.Require("env"), [$"VAULT_TOKEN={token}", node, Path.Combine(Folder, "application.mjs"), address, authorityFile], input: null, Company.Ct);
    }

    /// <summary>Lays a copy with its packages where everything built lies; the packages once for each lock file.</summary>
    private static async Task<string> InstallAsync()
    {
        var (node, npm) = (Programs.Require("node"), Programs.Require("npm"));
        await Installing.WaitAsync(Company.Ct);
        try
        {
            Directory.CreateDirectory(Folder);
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot(), "tests", "Interop", "transit")))
            {
                File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
            }

            var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, "package-lock.json"), Company.Ct)));
            var stamp = Path.Combine(Folder, "installed");
            if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, Company.Ct) != wanted)
            {
                var end = await Programs.RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", Folder], input: null, Company.Ct);
                Assert.SkipUnless(end.ExitCode == 0 || Environment.GetEnvironmentVariable("CI") is "true" or "1", "npm cannot fetch node-vault here");
                Assert.True(end.ExitCode == 0, $"npm ci: {end.Output} {end.Error}");
                await File.WriteAllTextAsync(stamp, wanted, Company.Ct);
            }

            return node;
        }
        finally
        {
            Installing.Release();
        }
    }
}
