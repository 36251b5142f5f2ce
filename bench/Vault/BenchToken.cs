using System.Diagnostics;
using System.Runtime.InteropServices;
using Rivet.Vault;

namespace Rivet.Bench.Vault;

/// <summary>A token of SoftHSM in a folder of its own; the library reads its variable with getenv when it is initialised, hence setenv. Programs started from here get it too.</summary>
internal static class BenchToken
{
    public const string Library = "/usr/lib/softhsm/libsofthsm2.so";

    public static RootModuleOptions Make(string folder)
    {
        if (!File.Exists(Library))
        {
            throw new FileNotFoundException($"{Library} is missing: apt-get install softhsm2");
        }

        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        var configuration = Path.Combine(folder, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {Path.Combine(folder, "tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n");
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", configuration);
        if (SetVariable("SOFTHSM2_CONF", configuration, 1) != 0)
        {
            throw new InvalidOperationException("setenv failed");
        }

        var start = new ProcessStartInfo("softhsm2-util", ["--init-token", "--free", "--label", "bench", "--pin", "bench-pin", "--so-pin", "bench-officer"]) { RedirectStandardOutput = true };
        using var tool = Process.Start(start)!;
        tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        var pin = Path.Combine(folder, "pin");
        File.WriteAllText(pin, "bench-pin");
        File.SetUnixFileMode(pin, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new() { Library = Library, Token = "bench", PinFile = pin };
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(string name, string value, int overwrite);
}
