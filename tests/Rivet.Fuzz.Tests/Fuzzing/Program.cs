using System.Diagnostics;
using System.Globalization;
using Rivet.Fuzz.Tests.Targets;

namespace Rivet.Fuzz.Tests.Fuzzing;

/// <summary>The tests, or with the words <c>fuzz lws</c> the long run, for which it copies itself and instruments the copy.</summary>
internal static class Program
{
    private const string Usage = """
        ./rivet fuzz lws [--minutes N] [--seed S] [--target NAME] [--input FILE]

          --minutes N    how long, all targets together; 10 unless said
          --seed S       the same changes once more; 1 unless said
          --target NAME  only frames, records, initiate, respond, finish, puzzles or streams
          --input FILE   this input, once; needs --target
        """;

    private static readonly string[] Instrumented = ["Rivet.Lws.dll", "Rivet.Wire.dll"];

    public static async Task<int> Main(string[] args)
    {
        if (args is not ["fuzz" or "hunt", ..])
        {
            return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
                ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
                : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        }

        string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        var minutes = double.TryParse(Option("--minutes") ?? "10", CultureInfo.InvariantCulture, out var number) ? number : 0;
        if (args is not [_, "lws", ..] || args.Contains("--help") || minutes <= 0
            || !int.TryParse(Option("--seed") ?? "1", CultureInfo.InvariantCulture, out var seed))
        {
            Console.WriteLine(Usage);
            return args.Contains("--help") ? 0 : 2;
        }

        return args[0] == "fuzz" ? await BeginAsync(args) : Hunt(minutes, seed, Option("--target"), Option("--input"));
    }

    /// <summary>A process of its own, so that no class was loaded before it was instrumented; each hunt has its own copy.</summary>
    private static async Task<int> BeginAsync(string[] args)
    {
        var copy = Path.Combine(Testing.Fixtures.RepositoryRoot(), "artifacts", "fuzz", "lws", $"bin-{Environment.ProcessId}");
        try
        {
            return await BeginAsync(copy, args);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static async Task<int> BeginAsync(string copy, string[] args)
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        foreach (var assembly in Instrumented)
        {
            _ = SharpFuzz.Fuzzer.Instrument(Path.Combine(copy, assembly), _ => true, SharpFuzz.Options.Value).Count();
        }

        using var hunt = Process.Start(Path.Combine(copy, "Rivet.Fuzz.Tests"), ["hunt", .. args[1..]]);
        await hunt.WaitForExitAsync();
        return hunt.ExitCode;
    }

    private static int Hunt(double minutes, int seed, string? only, string? input)
    {
        var coverage = new Coverage();
        var targets = Target.All.Where(target => only is null || target.Name == only).ToList();
        if (targets.Count == 0 || (input is not null && only is null))
        {
            Console.WriteLine(Usage);
            return 2;
        }

        if (input is not null)
        {
            targets[0].Run(Inputs.Read(input));
            Console.WriteLine("Every promise held.");
            return 0;
        }

        var hunt = new Hunt(coverage, Path.Combine(Testing.Fixtures.RepositoryRoot(), "artifacts", "fuzz", "lws", "found"), seed);
        return targets.TrueForAll(target => hunt.Run(target, TimeSpan.FromMinutes(minutes) / targets.Count)) ? 0 : 1;
    }
}
