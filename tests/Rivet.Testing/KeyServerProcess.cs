using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rivet.Testing;

/// <summary>The key server as a customer runs it: its command line, and the running process, over a token of SoftHSM.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class KeyServerProcess(TempFolder temp, SoftToken token) : IDisposable
{
    public const string Region = "rivet";
    private Process? running;

    public string Folder => temp["keyserver"];

    public string UseLog => Path.Combine(Folder, "uses.log");

    /// <summary>In PEM.</summary>
    public string Certificate => File.ReadAllText(Path.Combine(Folder, "keyserver.crt"));

    /// <summary>Where it answers, with the path that requests begin with.</summary>
    public string Address { get; private set; } = "";

    public string AccessKey { get; private set; } = "";

    public string Secret { get; private set; } = "";

    /// <summary>Makes the folder and takes its first credential.</summary>
    public async Task InitAsync(CancellationToken ct)
    {
        var made = await RunAsync(ct, "init", "--host", "localhost", "--library", SoftToken.Library, "--token", token.Label, "--pin-file", token.WritePin(temp["pin"]), "--prefix", "/acme");
        (AccessKey, Secret) = ReadCredential(Expect(made));
    }

    /// <summary>Runs a command that must succeed; gives its output.</summary>
    public async Task<string> DoAsync(CancellationToken ct, params string[] arguments) => Expect(await RunAsync(ct, arguments));

    public async Task<ProgramEnd> RunAsync(CancellationToken ct, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        var error = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return new ProgramEnd(process.ExitCode, output, await error);
    }

    /// <summary>Starts it on a free port, and waits until it answers.</summary>
    public Task StartAsync(CancellationToken ct) => StartAsync("0", ct);

    /// <summary>Starts it where it was before.</summary>
    public Task StartAgainAsync(CancellationToken ct) => StartAsync(new Uri(Address).Port.ToString(CultureInfo.InvariantCulture), ct);

    private async Task StartAsync(string port, CancellationToken ct)
    {
        running = Process.Start(StartInfo("run", "--port", port))!;
        var line = await running.StandardOutput.ReadLineAsync(ct) ?? "";
        Address = AddressForm().Match(line) is { Success: true } found
            ? $"https://localhost:{found.Groups[1].Value}/acme/kms/xks/v1"
            : throw new InvalidOperationException(await running.StandardError.ReadToEndAsync(ct));
    }

    /// <summary>Where people's devices ask; 0 before <see cref="StartForPeopleAsync"/>.</summary>
    public int PeoplePort { get; private set; }

    /// <summary>Starts it so that it also gives message keys, at the same port each time; other options are the command's own.</summary>
    public async Task StartForPeopleAsync(CancellationToken ct, params string[] options)
    {
        running = Process.Start(StartInfo(["run", "--port", "0", "--people-port", PeoplePort.ToString(System.Globalization.CultureInfo.InvariantCulture), .. options]))!;
        await running.StandardOutput.ReadLineAsync(ct);
        var line = await running.StandardOutput.ReadLineAsync(ct) ?? "";
        PeoplePort = PeopleForm().Match(line) is { Success: true } found
            ? int.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(await running.StandardError.ReadToEndAsync(ct));
    }

    /// <summary>A code that lets one device of a person in.</summary>
    public async Task<string> AdmitAsync(string person, CancellationToken ct)
        => (await DoAsync(ct, "people", "add", person, "--port", PeoplePort.ToString(System.Globalization.CultureInfo.InvariantCulture))).Trim();

    /// <summary>Ends it as a loss of power would.</summary>
    public void Kill()
    {
        running?.Kill();
        running?.WaitForExit();
        running?.Dispose();
        running = null;
    }

    public void Dispose() => Kill();

    public static (string AccessKey, string Secret) ReadCredential(string json)
    {
        var credential = JsonDocument.Parse(json).RootElement.GetProperty("XksProxyAuthenticationCredential");
        return (credential.GetProperty("AccessKeyId").GetString()!, credential.GetProperty("RawSecretAccessKey").GetString()!);
    }

    private static string Expect(ProgramEnd end) => end.ExitCode == 0 ? end.Output : throw new InvalidOperationException(end.Error);

    private ProcessStartInfo StartInfo(params string[] arguments)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.KeyServer", "Rivet.KeyServer"), [.. arguments, "--folder", Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["SOFTHSM2_CONF"] = SoftToken.Configuration;
        return start;
    }

    [GeneratedRegex(@"https://[0-9.]+:(\d+)/acme/kms/xks/v1")]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"https://[0-9.]+:(\d+)\s*$")]
    private static partial Regex PeopleForm();
}
