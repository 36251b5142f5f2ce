using System.ComponentModel;
using System.Diagnostics;
using Rivet.Testing;

namespace Rivet.Lws.Tests.Noise;

/// <summary>The second implementation (tests/Interop/noise), run by Node.js from a copy beside what is built.</summary>
internal static class NodePeer
{
    private static readonly Lazy<string> Folder = new(Prepare);

    /// <summary>Skips the test by name where there is no Node.js; in CI that is a failure.</summary>
    public static void Require()
    {
        if (!Exists("node") || !Exists("npm"))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", "Node.js 20 with npm is not on this machine");
            Assert.Fail("Node.js 20 with npm is missing.");
        }
    }

    /// <summary>Starts one command of the peer; its input and output are the caller's.</summary>
    public static Process Start(params string[] arguments)
        => Process.Start(new ProcessStartInfo("node", ["vectors.mjs", .. arguments])
        {
            WorkingDirectory = Folder.Value,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    /// <summary>Runs one command to its end and gives what it printed.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        using var node = Start(arguments);
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return output;
    }

    /// <summary>Copies the programs and installs what their lock file pins, once for that lock file.</summary>
    private static string Prepare()
    {
        var root = Fixtures.RepositoryRoot();
        var (source, folder) = (Path.Combine(root, "tests", "Interop", "noise"), Path.Combine(root, "artifacts", "interop", "noise"));
        Directory.CreateDirectory(folder);
        var (pinned, installed) = (File.ReadAllText(Path.Combine(source, "package-lock.json")), Path.Combine(folder, "installed-lock.json"));
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        if (!File.Exists(installed) || File.ReadAllText(installed) != pinned)
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            npm.StandardOutput.ReadToEnd();
            npm.WaitForExit();
            Assert.True(npm.ExitCode == 0, "npm ci failed.");
            File.WriteAllText(installed, pinned);
        }

        return folder;
    }

    private static bool Exists(string program)
    {
        try
        {
            using var asked = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
            asked.StandardOutput.ReadToEnd();
            asked.WaitForExit();
            return asked.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
