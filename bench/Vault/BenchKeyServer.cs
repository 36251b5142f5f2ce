using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rivet.Vault;

namespace Rivet.Bench.Vault;

/// <summary>The key server as a customer runs it, over the run's own token.</summary>
internal sealed partial class BenchKeyServer : IDisposable
{
    private const string Region = "rivet";
    private readonly string folder;
    private readonly string accessKey;
    private readonly string secret;
    private readonly Process running;
    private readonly string address;

    private BenchKeyServer(string folder, (string AccessKey, string Secret) credential, Process running, string address)
    {
        (this.folder, this.running, this.address) = (folder, running, address);
        (accessKey, secret) = credential;
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "..", "..", "Rivet.KeyServer", "release", "Rivet.KeyServer");

    public static async Task<BenchKeyServer> StartAsync(string folder, RootModuleOptions token)
    {
        var made = await RunAsync(folder, "init", "--host", "localhost", "--library", token.Library, "--token", token.Token, "--pin-file", token.PinFile);
        using var json = JsonDocument.Parse(made);
        var credential = json.RootElement.GetProperty("XksProxyAuthenticationCredential");
        var running = Start(folder, "run", "--port", "0");
        var line = await running.StandardOutput.ReadLineAsync() ?? "";
        var found = AddressForm().Match(line);
        return found.Success
            ? new(folder, (credential.GetProperty("AccessKeyId").GetString()!, credential.GetProperty("RawSecretAccessKey").GetString()!), running, $"https://localhost:{found.Groups[1].Value}/kms/xks/v1")
            : throw new InvalidOperationException(await running.StandardError.ReadToEndAsync());
    }

    public Task DoAsync(params string[] arguments) => RunAsync(folder, arguments);

    public KeyServicePlace Place(string key) => new(address, key, Region, File.ReadAllText(Path.Combine(folder, "keyserver.crt")), accessKey, secret);

    public void Dispose()
    {
        running.Kill();
        running.WaitForExit();
        running.Dispose();
    }

    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(await error);
    }

    private static Process Start(string folder, params string[] arguments)
        => Process.Start(new ProcessStartInfo(Program, [.. arguments, "--folder", folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    [GeneratedRegex(@"https://[0-9.]+:(\d+)/kms/xks/v1")]
    private static partial Regex AddressForm();
}
