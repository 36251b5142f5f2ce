using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// The client of <c>tests/Interop/lws</c>, written from the specification alone in another language over other libraries, as
/// a process of its own over one device file.
/// </summary>
internal sealed class StrangerProcess : IDisposable
{
    private static readonly Version LeastNode = new(20, 19);
    private static readonly SemaphoreSlim Installing = new(1);
    private readonly Process process;

    private StrangerProcess(Process process) => this.process = process;

    private static string Folder => Path.Combine(Fixtures.RepositoryRoot(), "artifacts", "interop", "lws");

    /// <summary>Starts the client; its output is a line of JSON for each thing it did.</summary>
    public static async Task<StrangerProcess> StartAsync(string home, params string[] arguments)
    {
        var node = await InstallAsync();
        var start = new ProcessStartInfo(node, [Path.Combine(Folder, "client.mjs"), "--home", home, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        return new StrangerProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end; gives the exit code and its lines.</summary>
    public static async Task<(int ExitCode, List<JsonElement> Lines)> RunAsync(string home, params string[] arguments)
    {
        using var client = await StartAsync(home, arguments);
        var error = client.process.StandardError.ReadToEndAsync(Company.Ct);
        var lines = new List<JsonElement>();
        while (await client.ReadAsync() is { } line)
        {
            lines.Add(line);
        }

        await client.process.WaitForExitAsync(Company.Ct);
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(' ', arguments)}: {client.process.ExitCode}\n{string.Join('\n', lines)}\n{await error}");
        return (client.process.ExitCode, lines);
    }

    /// <summary>Runs it to its end, which must be a good one; gives its last line.</summary>
    public static async Task<JsonElement> DoAsync(string home, params string[] arguments)
    {
        var (code, lines) = await RunAsync(home, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}, {string.Join(' ', lines)}");
        return lines[^1];
    }

    /// <summary>Runs its own tests, in which a server in memory does what a client must refuse.</summary>
    public static async Task<ProgramEnd> RunOwnTestsAsync()
        => await Programs.RunAsync(await InstallAsync(), ["--test", Path.Combine(Folder, "refusals.test.mjs")], input: null, Company.Ct);

    /// <summary>Runs the shared vectors.</summary>
    public static async Task<ProgramEnd> RunVectorsAsync()
        => await Programs.RunAsync(
            await InstallAsync(), [Path.Combine(Folder, "vectors.mjs"), Path.Combine(Fixtures.RepositoryRoot(), "vectors", "lws")], input: null, Company.Ct);

    /// <summary>The next line; null at the end.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        var line = await process.StandardOutput.ReadLineAsync(Company.Ct);
        return line is null ? null : JsonDocument.Parse(line).RootElement.Clone();
    }

    /// <summary>SIGKILL: the connection is gone without a word.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    /// <summary>Lays a copy of the client with its packages where everything built lies; the packages once for each lock file.</summary>
    private static async Task<string> InstallAsync()
    {
        var (node, npm) = (Programs.Require("node"), Programs.Require("npm"));
        await Installing.WaitAsync(Company.Ct);
        try
        {
            await RequireVersionAsync(node);
            Directory.CreateDirectory(Folder);
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot(), "tests", "Interop", "lws")))
            {
                File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
            }

            var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, "package-lock.json"), Company.Ct)));
            var stamp = Path.Combine(Folder, "installed");
            if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, Company.Ct) != wanted)
            {
                var end = await Programs.RunAsync(
                    npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", Folder], input: null, Company.Ct);
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

    /// <summary>An older one has not what the packages need; outside CI it skips the test by name.</summary>
    private static async Task RequireVersionAsync(string node)
    {
        var version = (await Programs.RunAsync(node, ["--version"], input: null, Company.Ct)).Output.Trim();
        if (!Version.TryParse(version.TrimStart('v'), out var has) || has < LeastNode)
        {
            var sentence = string.Create(CultureInfo.InvariantCulture, $"node is {version} here; the client needs {LeastNode} or later");
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", sentence);
            Assert.Fail(sentence);
        }
    }
}
