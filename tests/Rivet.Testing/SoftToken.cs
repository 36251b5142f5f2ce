using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rivet.Testing;

/// <summary>
/// A token of SoftHSM, in a folder of this process alone, so that two runs at once do not see each other. The library reads
/// SOFTHSM2_CONF with getenv when it is initialised; the runtime's own variables do not reach it, hence setenv. What the test starts
/// gets the runtime's, so that a server's root can be in the token.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class SoftToken
{
    public const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    public const string OfficerPin = "officer-7351";

    private static readonly Lock Gate = new();
    private static readonly Lazy<string> Root = new(MakeRoot);
    private readonly string place;

    /// <summary>Makes a token; its label is its own unless one is given.</summary>
    public SoftToken(string? label = null)
    {
        Label = label ?? $"t-{Guid.NewGuid():N}"[..30];
        lock (Gate)
        {
            var before = Directory.GetDirectories(Tokens);
            Tool("--init-token", "--free", "--label", Label, "--pin", Pin, "--so-pin", OfficerPin);
            place = Directory.GetDirectories(Tokens).Except(before).Single();
        }
    }

    /// <summary>The configuration file, for processes that the test starts.</summary>
    public static string Configuration => Path.Combine(Root.Value, "softhsm2.conf");

    public string Label { get; }

    public string Pin { get; } = "correct-" + Random.Shared.Next(100_000, 999_999);

    /// <summary>Writes the PIN to a file of its owner only.</summary>
    public string WritePin(string path, string? pin = null)
    {
        File.WriteAllText(path, (pin ?? Pin) + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Pulls the token out.</summary>
    public void Remove() => Directory.Move(place, Away);

    /// <summary>Puts it back in.</summary>
    public void PutBack() => Directory.Move(Away, place);

    private static string Tokens => Path.Combine(Root.Value, "tokens");

    private string Away => Path.Combine(Root.Value, "away-" + Path.GetFileName(place));

    private static string MakeRoot()
    {
        var folder = Directory.CreateTempSubdirectory("rivet-token-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        var file = Path.Combine(folder, "softhsm2.conf");
        File.WriteAllText(file, $"directories.tokendir = {Path.Combine(folder, "tokens")}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n");
        if (SetVariable("SOFTHSM2_CONF", file, 1) != 0)
        {
            throw new InvalidOperationException("setenv failed");
        }

        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", file);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }

    private static void Tool(params string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.Require("softhsm2-util"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["SOFTHSM2_CONF"] = Configuration;
        using var tool = Process.Start(start)!;
        var said = tool.StandardOutput.ReadToEnd() + tool.StandardError.ReadToEnd();
        tool.WaitForExit();
        if (tool.ExitCode != 0)
        {
            throw new InvalidOperationException($"softhsm2-util: {said}");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    private static extern int SetVariable(string name, string value, int overwrite);
}
